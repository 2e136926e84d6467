#include "js/builtins/string_unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "js/mujs/text.h"

namespace k6::js {
namespace {

/// Characters whose upper or lower case is more than one character (SpecialCasing.txt, unconditional mappings).
struct LongCase {
    int code;
    int mapped[3];
};

constexpr LongCase long_upper[] = {
    {0xDF, {0x53, 0x53}},
    {0x149, {0x2BC, 0x4E}},
    {0x1F0, {0x4A, 0x30C}},
    {0x390, {0x399, 0x308, 0x301}},
    {0x3B0, {0x3A5, 0x308, 0x301}},
    {0x587, {0x535, 0x552}},
    {0x1E96, {0x48, 0x331}},
    {0x1E97, {0x54, 0x308}},
    {0x1E98, {0x57, 0x30A}},
    {0x1E99, {0x59, 0x30A}},
    {0x1E9A, {0x41, 0x2BE}},
    {0x1F50, {0x3A5, 0x313}},
    {0x1F52, {0x3A5, 0x313, 0x300}},
    {0x1F54, {0x3A5, 0x313, 0x301}},
    {0x1F56, {0x3A5, 0x313, 0x342}},
    {0x1FB2, {0x1FBA, 0x399}},
    {0x1FB3, {0x391, 0x399}},
    {0x1FB4, {0x386, 0x399}},
    {0x1FB6, {0x391, 0x342}},
    {0x1FB7, {0x391, 0x342, 0x399}},
    {0x1FBC, {0x391, 0x399}},
    {0x1FC2, {0x1FCA, 0x399}},
    {0x1FC3, {0x397, 0x399}},
    {0x1FC4, {0x389, 0x399}},
    {0x1FC6, {0x397, 0x342}},
    {0x1FC7, {0x397, 0x342, 0x399}},
    {0x1FCC, {0x397, 0x399}},
    {0x1FD2, {0x399, 0x308, 0x300}},
    {0x1FD3, {0x399, 0x308, 0x301}},
    {0x1FD6, {0x399, 0x342}},
    {0x1FD7, {0x399, 0x308, 0x342}},
    {0x1FE2, {0x3A5, 0x308, 0x300}},
    {0x1FE3, {0x3A5, 0x308, 0x301}},
    {0x1FE4, {0x3A1, 0x313}},
    {0x1FE6, {0x3A5, 0x342}},
    {0x1FE7, {0x3A5, 0x308, 0x342}},
    {0x1FF2, {0x1FFA, 0x399}},
    {0x1FF3, {0x3A9, 0x399}},
    {0x1FF4, {0x38F, 0x399}},
    {0x1FF6, {0x3A9, 0x342}},
    {0x1FF7, {0x3A9, 0x342, 0x399}},
    {0x1FFC, {0x3A9, 0x399}},
    {0xFB00, {0x46, 0x46}},
    {0xFB01, {0x46, 0x49}},
    {0xFB02, {0x46, 0x4C}},
    {0xFB03, {0x46, 0x46, 0x49}},
    {0xFB04, {0x46, 0x46, 0x4C}},
    {0xFB05, {0x53, 0x54}},
    {0xFB06, {0x53, 0x54}},
    {0xFB13, {0x544, 0x546}},
    {0xFB14, {0x544, 0x535}},
    {0xFB15, {0x544, 0x53B}},
    {0xFB16, {0x54E, 0x546}},
    {0xFB17, {0x544, 0x53D}},
};

int next_code(std::string_view text, std::size_t& at) {
    const int code = code_point_at(text, at);
    at += character_size(static_cast<unsigned char>(text[at]));
    return code == 0 ? 0 : code;
}

void append_upper(std::string& out, int code) {
    if (code < 0x80) {
        append_code_point(out, code >= 'a' && code <= 'z' ? code - 32 : code);
        return;
    }
    // Greek letters with iota below: the capital, and the iota behind it.
    if (code >= 0x1F80 && code <= 0x1FAF) {
        const int base = code < 0x1F90 ? 0x1F08 : code < 0x1FA0 ? 0x1F28 : 0x1F68;
        append_code_point(out, base + (code & 7));
        append_code_point(out, 0x399);
        return;
    }
    const auto* found = std::lower_bound(std::begin(long_upper), std::end(long_upper), code,
                                         [](const LongCase& entry, int wanted) { return entry.code < wanted; });
    if (found != std::end(long_upper) && found->code == code) {
        for (const int mapped : found->mapped) {
            if (mapped != 0) append_code_point(out, mapped);
        }
        return;
    }
    append_code_point(out, utf8proc_toupper(code));
}

bool is_case_ignorable(int code) {
    switch (utf8proc_category(code)) {
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_SK:
            return true;
        default:
            return code == '\'' || code == '.' || code == ':' || code == 0xB7 || code == 0x2019 || code == 0x2018 ||
                   code == 0x2024 || code == 0x2027 || code == 0x387 || code == 0x55F || code == 0x5F4;
    }
}

bool is_cased(int code) {
    const int category = utf8proc_category(code);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT ||
           utf8proc_toupper(code) != code || utf8proc_tolower(code) != code;
}

/// A sigma at the end of a word (SpecialCasing.txt, Final_Sigma): before the offset a cased letter, behind it none.
bool is_final_sigma(std::string_view text, std::size_t sigma, std::size_t behind) {
    bool before = false;
    for (std::size_t at = sigma; at > 0;) {
        do --at;
        while ((text[at] & 0xC0) == 0x80);
        const int code = code_point_at(text, at);
        if (is_case_ignorable(code)) continue;
        before = is_cased(code);
        break;
    }
    if (!before) return false;
    for (std::size_t at = behind; at < text.size();) {
        const int code = next_code(text, at);
        if (is_case_ignorable(code)) continue;
        return !is_cased(code);
    }
    return true;
}

// ---- collation

/// The root collation's order of what is neither letter nor digit in ASCII.
constexpr std::string_view symbol_order = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

struct CollationKey {
    std::vector<unsigned> primary;
    std::vector<unsigned> secondary;
    std::vector<unsigned> tertiary;
};

void add_letter(CollationKey& key, unsigned primary, unsigned secondary, bool upper) {
    key.primary.push_back(primary);
    key.secondary.push_back(secondary);
    key.tertiary.push_back(upper ? 1 : 0);
}

void add_code(CollationKey& key, int code) {
    if (code < 0x80) {
        const std::size_t symbol = symbol_order.find(static_cast<char>(code));
        if (symbol != std::string_view::npos) {
            add_letter(key, static_cast<unsigned>(symbol) + 1, 0, false);
        } else if (code >= '0' && code <= '9') {
            add_letter(key, 0x100 + static_cast<unsigned>(code), 0, false);
        } else if ((code | 32) >= 'a' && (code | 32) <= 'z') {
            add_letter(key, 0x200 + static_cast<unsigned>(code | 32) * 2, 0, code < 'a');
        }
        return;  // control characters are ignored
    }
    if (utf8proc_get_property(code)->combining_class != 0) {
        // An accent of the letter before it.
        key.secondary.push_back(static_cast<unsigned>(code));
        return;
    }
    const int lower = utf8proc_tolower(code);
    const bool upper = lower != code;
    const auto letter = [&](char base, unsigned secondary) {
        add_letter(key, 0x200 + static_cast<unsigned>(base) * 2, secondary, upper);
    };
    switch (lower) {
        case 0xDF:
            letter('s', 0);
            letter('s', 1);
            return;
        case 0xE6:
            letter('a', 1);
            letter('e', 1);
            return;
        case 0x153:
            letter('o', 1);
            letter('e', 1);
            return;
        case 0xF8:
            letter('o', 2);
            return;
        case 0x111:
        case 0xF0:
            letter('d', lower == 0xF0 ? 3 : 2);
            return;
        case 0x142:
            letter('l', 2);
            return;
        case 0x127:
            letter('h', 2);
            return;
        case 0x131:
            add_letter(key, 0x200 + 'i' * 2 + 1, 0, false);
            return;
        case 0xFE:
            add_letter(key, 0x200 + 'z' * 2 + 1, 0, upper);
            return;
        default:
            break;
    }
    const int category = utf8proc_category(code);
    const bool symbol = category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_ZP;
    add_letter(key, (symbol ? 0x40U : 0x1000U) + (symbol ? 0 : static_cast<unsigned>(lower)),
               symbol ? static_cast<unsigned>(lower) : 0, upper);
}

CollationKey collation_key(std::string_view text) {
    const std::string decomposed = normalize(text, NormalizationForm::nfd);
    CollationKey key;
    for (std::size_t at = 0; at < decomposed.size();) add_code(key, next_code(decomposed, at));
    return key;
}

int order_of(const std::vector<unsigned>& left, const std::vector<unsigned>& right) {
    if (left == right) return 0;
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end()) ? -1 : 1;
}

void append_normalized(std::string& out, std::string_view valid, utf8proc_option_t options) {
    utf8proc_uint8_t* mapped = nullptr;
    const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(valid.data()),
                                               static_cast<utf8proc_ssize_t>(valid.size()), &mapped, options);
    if (size >= 0) out.append(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
    std::free(mapped);
}

}  // namespace

std::string to_upper_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) append_upper(out, next_code(text, at));
    return out;
}

std::string to_lower_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const int code = next_code(text, at);
        if (code < 0x80) {
            append_code_point(out, code >= 'A' && code <= 'Z' ? code + 32 : code);
        } else if (code == 0x130) {
            append_code_point(out, 'i');
            append_code_point(out, 0x307);
        } else if (code == 0x3A3) {
            append_code_point(out, is_final_sigma(text, start, at) ? 0x3C2 : 0x3C3);
        } else {
            append_code_point(out, utf8proc_tolower(code));
        }
    }
    return out;
}

std::string normalize(std::string_view text, NormalizationForm form) {
    int options = UTF8PROC_STABLE;
    options |=
        form == NormalizationForm::nfc || form == NormalizationForm::nfkc ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
    if (form == NormalizationForm::nfkc || form == NormalizationForm::nfkd) options |= UTF8PROC_COMPAT;
    std::string out;
    // Encoded NULs and lone surrogates are no UTF-8; nothing composes over them.
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t size = character_size(lead);
        const bool lone = lead == 0xC0 || (lead == 0xED && (text[at + 1] & 0xE0) == 0xA0);
        if (lone) {
            append_normalized(out, text.substr(start, at - start), static_cast<utf8proc_option_t>(options));
            out += text.substr(at, size);
            start = at + size;
        }
        at += size;
    }
    append_normalized(out, text.substr(start), static_cast<utf8proc_option_t>(options));
    return out;
}

int compare_collated(std::string_view left, std::string_view right) {
    const CollationKey a = collation_key(left);
    const CollationKey b = collation_key(right);
    if (const int order = order_of(a.primary, b.primary)) return order;
    if (const int order = order_of(a.secondary, b.secondary)) return order;
    return order_of(a.tertiary, b.tertiary);
}

}  // namespace k6::js
