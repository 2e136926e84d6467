#include "js/regexp/char_set.h"

#include <utf8proc.h>

#include <algorithm>
#include <map>

namespace k6::js::regexp {
namespace {

CharSet make_set(std::initializer_list<CodePointRange> ranges) {
    CharSet set;
    for (const CodePointRange& range : ranges) set.add(range.first, range.last);
    return set;
}

CodePoint upper(CodePoint code) {
    return static_cast<CodePoint>(utf8proc_toupper(static_cast<utf8proc_int32_t>(code)));
}
CodePoint lower(CodePoint code) {
    return static_cast<CodePoint>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)));
}

/// Letters whose full upper case has several characters (SpecialCasing.txt): toUppercase leaves them alone.
bool has_long_upper_case(CodePoint code) {
    return code == 0xDF || code == 0x149 || code == 0x1F0 || code == 0x390 || code == 0x3B0 || code == 0x587 ||
           (code >= 0x1E96 && code <= 0x1E9A) || code == 0x1F50 || code == 0x1F52 || code == 0x1F54 || code == 0x1F56 ||
           (code >= 0x1F80 && code <= 0x1FAF) || (code >= 0x1FB2 && code <= 0x1FB4) || code == 0x1FB6 ||
           code == 0x1FB7 || code == 0x1FBC || (code >= 0x1FC2 && code <= 0x1FC4) || code == 0x1FC6 || code == 0x1FC7 ||
           code == 0x1FCC || code == 0x1FD2 || code == 0x1FD3 || code == 0x1FD6 || code == 0x1FD7 ||
           (code >= 0x1FE2 && code <= 0x1FE4) || code == 0x1FE6 || code == 0x1FE7 ||
           (code >= 0x1FF2 && code <= 0x1FF4) || code == 0x1FF6 || code == 0x1FF7 || code == 0x1FFC ||
           (code >= 0xFB00 && code <= 0xFB06) || (code >= 0xFB13 && code <= 0xFB17);
}

/// Simple case folding (CaseFolding.txt, C and S). Nearly always lower(upper(c)).
CodePoint fold(CodePoint code) {
    if (code < 0x80) return code >= 'A' && code <= 'Z' ? code + 32 : code;
    switch (code) {
        case 0x130:  // has only full and Turkic foldings
        case 0x131:
            return code;
        case 0x1E9E:
            return 0xDF;
        default:
            break;
    }
    // Cherokee folds to its upper case.
    if (code >= 0x13A0 && code <= 0x13F5) return code;
    if (code >= 0x13F8 && code <= 0x13FD) return code - 8;
    if (code >= 0xAB70 && code <= 0xABBF) return code - 0xAB70 + 0x13A0;
    return lower(upper(code));
}

/// Members of each class of two or more code points that `i` holds for the same, by canonical form.
class CaseClasses {
public:
    explicit CaseClasses(bool unicode) {
        const CodePoint end = unicode ? max_code_point : 0xFFFF;
        // Letters with case are in the first planes only; nothing else has one.
        for (CodePoint code = 0; code <= std::min<CodePoint>(end, 0x1FFFF); ++code) {
            const CodePoint canonical = canonicalize(code, unicode);
            if (canonical != code) {
                auto& members = classes_[canonical];
                if (members.empty()) members.push_back(canonical);
                members.push_back(code);
            }
        }
        for (const auto& [canonical, members] : classes_) {
            for (const CodePoint code : members) with_case_.push_back({code, canonical});
        }
        std::sort(with_case_.begin(), with_case_.end());
    }

    void close(CharSet& set) const {
        std::vector<CodePoint> more;
        for (const CodePointRange& range : set.ranges()) {
            auto at = std::lower_bound(with_case_.begin(), with_case_.end(), std::pair(range.first, CodePoint{0}));
            for (; at != with_case_.end() && at->first <= range.last; ++at) {
                for (const CodePoint code : classes_.at(at->second)) {
                    if (code < range.first || code > range.last) more.push_back(code);
                }
            }
        }
        for (const CodePoint code : more) set.add(code);
    }

private:
    std::map<CodePoint, std::vector<CodePoint>> classes_;
    std::vector<std::pair<CodePoint, CodePoint>> with_case_;
};

}  // namespace

void CharSet::add(CodePoint first, CodePoint last) {
    // The first range that touches or lies behind the new one.
    auto at = std::lower_bound(ranges_.begin(), ranges_.end(), first, [](const CodePointRange& range, CodePoint code) {
        return range.last < code && range.last + 1 != code;
    });
    if (at == ranges_.end() || at->first > last + 1) {
        ranges_.insert(at, {first, last});
        return;
    }
    at->first = std::min(at->first, first);
    at->last = std::max(at->last, last);
    auto next = at + 1;
    while (next != ranges_.end() && next->first <= at->last + 1) {
        at->last = std::max(at->last, next->last);
        ++next;
    }
    ranges_.erase(at + 1, next);
}

void CharSet::add(const CharSet& other) {
    for (const CodePointRange& range : other.ranges_) add(range.first, range.last);
}

void CharSet::invert() {
    std::vector<CodePointRange> inverted;
    CodePoint next = 0;
    for (const CodePointRange& range : ranges_) {
        if (range.first > next) inverted.push_back({next, range.first - 1});
        next = range.last + 1;
    }
    if (next <= max_code_point) inverted.push_back({next, max_code_point});
    ranges_ = std::move(inverted);
}

bool CharSet::contains(CodePoint code) const {
    const auto at = std::lower_bound(ranges_.begin(), ranges_.end(), code,
                                     [](const CodePointRange& range, CodePoint c) { return range.last < c; });
    return at != ranges_.end() && at->first <= code;
}

const CharSet& digit_set() {
    static const CharSet set = make_set({{'0', '9'}});
    return set;
}

const CharSet& word_set() {
    static const CharSet set = make_set({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}});
    return set;
}

const CharSet& space_set() {
    static const CharSet set = make_set({{9, 13},
                                         {' ', ' '},
                                         {0xA0, 0xA0},
                                         {0x1680, 0x1680},
                                         {0x2000, 0x200A},
                                         {0x2028, 0x2029},
                                         {0x202F, 0x202F},
                                         {0x205F, 0x205F},
                                         {0x3000, 0x3000},
                                         {0xFEFF, 0xFEFF}});
    return set;
}

const CharSet& line_terminator_set() {
    static const CharSet set = make_set({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}});
    return set;
}

CodePoint canonicalize(CodePoint code, bool unicode) {
    if (unicode) return fold(code);
    if (code < 0x80) return code >= 'a' && code <= 'z' ? code - 32 : code;
    if (has_long_upper_case(code)) return code;
    const CodePoint up = upper(code);
    return up < 0x80 || (up > 0xFFFF && code <= 0xFFFF) ? code : up;
}

void close_over_case(CharSet& set, bool unicode) {
    // ASCII alone needs no tables without u: what is not ASCII never matches it.
    if (!unicode && !set.empty() && set.ranges().back().last < 0x80) {
        CharSet more;
        for (const CodePointRange& range : set.ranges()) {
            const CodePoint upper_first = std::max<CodePoint>(range.first, 'A');
            const CodePoint upper_last = std::min<CodePoint>(range.last, 'Z');
            if (upper_first <= upper_last) more.add(upper_first + 32, upper_last + 32);
            const CodePoint lower_first = std::max<CodePoint>(range.first, 'a');
            const CodePoint lower_last = std::min<CodePoint>(range.last, 'z');
            if (lower_first <= lower_last) more.add(lower_first - 32, lower_last - 32);
        }
        set.add(more);
        return;
    }
    static const CaseClasses unit_classes(false);
    static const CaseClasses unicode_classes(true);
    (unicode ? unicode_classes : unit_classes).close(set);
}

}  // namespace k6::js::regexp
