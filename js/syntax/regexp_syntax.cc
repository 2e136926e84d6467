#include "js/syntax/regexp_syntax.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/surrogates.h"
#include "js/syntax/lexer.h"
#include "js/syntax/unicode_identifier.h"

namespace k6::js::syntax {
namespace {

// ECMA-262, table 67: values of General_Category (long and short names).
constexpr std::string_view kGeneralCategories =
    " Cased_Letter LC Close_Punctuation Pe Connector_Punctuation Pc Control Cc cntrl Currency_Symbol Sc "
    "Dash_Punctuation Pd Decimal_Number Nd digit Enclosing_Mark Me Final_Punctuation Pf Format Cf "
    "Initial_Punctuation Pi Letter L Letter_Number Nl Line_Separator Zl Lowercase_Letter Ll Mark M Combining_Mark "
    "Math_Symbol Sm Modifier_Letter Lm Modifier_Symbol Sk Nonspacing_Mark Mn Number N Open_Punctuation Ps Other C "
    "Other_Letter Lo Other_Number No Other_Punctuation Po Other_Symbol So Paragraph_Separator Zp Private_Use Co "
    "Punctuation P punct Separator Z Space_Separator Zs Spacing_Mark Mc Surrogate Cs Symbol S Titlecase_Letter Lt "
    "Unassigned Cn Uppercase_Letter Lu ";

// ECMA-262, table 66: binary properties.
constexpr std::string_view kBinaryProperties =
    " ASCII ASCII_Hex_Digit AHex Alphabetic Alpha Any Assigned Bidi_Control Bidi_C Bidi_Mirrored Bidi_M "
    "Case_Ignorable CI Cased Changes_When_Casefolded CWCF Changes_When_Casemapped CWCM Changes_When_Lowercased CWL "
    "Changes_When_NFKC_Casefolded CWKCF Changes_When_Titlecased CWT Changes_When_Uppercased CWU Dash "
    "Default_Ignorable_Code_Point DI Deprecated Dep Diacritic Dia Emoji Emoji_Component EComp Emoji_Modifier EMod "
    "Emoji_Modifier_Base EBase Emoji_Presentation EPres Extended_Pictographic ExtPict Extender Ext Grapheme_Base "
    "Gr_Base Grapheme_Extend Gr_Ext Hex_Digit Hex IDS_Binary_Operator IDSB IDS_Trinary_Operator IDST ID_Continue IDC "
    "ID_Start IDS Ideographic Ideo Join_Control Join_C Logical_Order_Exception LOE Lowercase Lower Math "
    "Noncharacter_Code_Point NChar Pattern_Syntax Pat_Syn Pattern_White_Space Pat_WS Quotation_Mark QMark Radical "
    "Regional_Indicator RI Sentence_Terminal STerm Soft_Dotted SD Terminal_Punctuation Term Unified_Ideograph UIdeo "
    "Uppercase Upper Variation_Selector VS White_Space space XID_Continue XIDC XID_Start XIDS ";

// Values of Script and Script_Extensions (Unicode 14).
constexpr std::string_view kScripts =
    " Adlam Adlm Ahom Anatolian_Hieroglyphs Hluw Arabic Arab Armenian Armn Avestan Avst Balinese Bali Bamum Bamu "
    "Bassa_Vah Bass Batak Batk Bengali Beng Bhaiksuki Bhks Bopomofo Bopo Brahmi Brah Braille Brai Buginese Bugi Buhid "
    "Buhd Canadian_Aboriginal Cans Carian Cari Caucasian_Albanian Aghb Chakma Cakm Cham Chorasmian Chrs Cherokee Cher "
    "Common Zyyy Coptic Copt Qaac Cuneiform Xsux Cypriot Cprt Cypro_Minoan Cpmn Cyrillic Cyrl Deseret Dsrt Devanagari "
    "Deva Dives_Akuru Diak Dogra Dogr Duployan Dupl Egyptian_Hieroglyphs Egyp Elbasan Elba Elymaic Elym Ethiopic Ethi "
    "Georgian Geor Glagolitic Glag Gothic Goth Grantha Gran Greek Grek Gujarati Gujr Gunjala_Gondi Gong Gurmukhi Guru "
    "Han Hani Hangul Hang Hanifi_Rohingya Rohg Hanunoo Hano Hatran Hatr Hebrew Hebr Hiragana Hira Imperial_Aramaic "
    "Armi Inherited Zinh Qaai Inscriptional_Pahlavi Phli Inscriptional_Parthian Prti Javanese Java Kaithi Kthi Kannada "
    "Knda Katakana Kana Kayah_Li Kali Kharoshthi Khar Khitan_Small_Script Kits Khmer Khmr Khojki Khoj Khudawadi Sind "
    "Lao Laoo Latin Latn Lepcha Lepc Limbu Limb Linear_A Lina Linear_B Linb Lisu Lycian Lyci Lydian Lydi Mahajani Mahj "
    "Makasar Maka Malayalam Mlym Mandaic Mand Manichaean Mani Marchen Marc Masaram_Gondi Gonm Medefaidrin Medf "
    "Meetei_Mayek Mtei Mende_Kikakui Mend Meroitic_Cursive Merc Meroitic_Hieroglyphs Mero Miao Plrd Modi Mongolian "
    "Mong Mro Mroo Multani Mult Myanmar Mymr Nabataean Nbat Nandinagari Nand New_Tai_Lue Talu Newa Nko Nkoo Nushu Nshu "
    "Nyiakeng_Puachue_Hmong Hmnp Ogham Ogam Ol_Chiki Olck Old_Hungarian Hung Old_Italic Ital Old_North_Arabian Narb "
    "Old_Permic Perm Old_Persian Xpeo Old_Sogdian Sogo Old_South_Arabian Sarb Old_Turkic Orkh Old_Uyghur Ougr Oriya "
    "Orya Osage Osge Osmanya Osma Pahawh_Hmong Hmng Palmyrene Palm Pau_Cin_Hau Pauc Phags_Pa Phag Phoenician Phnx "
    "Psalter_Pahlavi Phlp Rejang Rjng Runic Runr Samaritan Samr Saurashtra Saur Sharada Shrd Shavian Shaw Siddham Sidd "
    "SignWriting Sgnw Sinhala Sinh Sogdian Sogd Sora_Sompeng Sora Soyombo Soyo Sundanese Sund Syloti_Nagri Sylo Syriac "
    "Syrc Tagalog Tglg Tagbanwa Tagb Tai_Le Tale Tai_Tham Lana Tai_Viet Tavt Takri Takr Tamil Taml Tangsa Tnsa Tangut "
    "Tang Telugu Telu Thaana Thaa Thai Tibetan Tibt Tifinagh Tfng Tirhuta Tirh Toto Ugaritic Ugar Vai Vaii Vithkuqi "
    "Vith Wancho Wcho Warang_Citi Wara Yezidi Yezi Yi Yiii Zanabazar_Square Zanb ";

constexpr std::size_t kMaxGroupNesting = 500;
constexpr std::uint32_t kEnd = UINT32_MAX;

bool lists(std::string_view names, std::string_view name) {
    if (name.empty()) return false;
    return names.find(" " + std::string(name) + " ") != std::string_view::npos;
}

bool is_digit(std::uint32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(std::uint32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
int hex_value(std::uint32_t c) {
    if (is_digit(c)) return static_cast<int>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A' + 10);
    return -1;
}
bool is_one_of(std::uint32_t c, std::string_view characters) {
    return c < 0x80 && characters.find(static_cast<char>(c)) != std::string_view::npos;
}

class Checker {
public:
    // With u the pattern is code points, without it is UTF-16 code units.
    Checker(std::string_view pattern, bool unicode) : unicode_(unicode) {
        units_.reserve(pattern.size());
        for (std::size_t at = 0; at < pattern.size();) {
            const DecodedCharacter c = decode_utf8(pattern.data() + at);
            at += c.length;
            if (c.code_point >= 0x10000 && !unicode) {
                units_.push_back(high_surrogate(c.code_point));
                units_.push_back(low_surrogate(c.code_point));
            } else {
                units_.push_back(c.code_point);
            }
        }
    }

    std::string check() {
        count_groups();
        run();
        return error_;
    }

private:
    void run() {
        disjunction();
        if (failed()) return;
        for (const std::string& name : references_) {
            if (std::find(names_.begin(), names_.end(), name) == names_.end()) {
                return fail("Invalid named capture referenced");
            }
        }
    }

    // Groups may be referred to before they open, and a single name makes \k a reference everywhere.
    void count_groups() {
        bool in_class = false;
        for (std::size_t i = 0; i < units_.size(); ++i) {
            const std::uint32_t c = units_[i];
            if (c == '\\') {
                ++i;
            } else if (c == '[') {
                in_class = true;
            } else if (c == ']') {
                in_class = false;
            } else if (c == '(' && !in_class) {
                const bool special = i + 1 < units_.size() && units_[i + 1] == '?';
                const bool named = special && i + 3 < units_.size() && units_[i + 2] == '<' && units_[i + 3] != '=' &&
                                   units_[i + 3] != '!';
                has_names_ = has_names_ || named;
                if (!special || named) ++group_count_;
            }
        }
    }

    std::uint32_t peek(std::size_t ahead = 0) const { return at_ + ahead < units_.size() ? units_[at_ + ahead] : kEnd; }
    bool eat(std::uint32_t c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    bool failed() const { return !error_.empty(); }
    void fail(std::string message) {
        if (error_.empty()) error_ = std::move(message);
        at_ = units_.size();
    }

    // The whole pattern. Not recursive: groups may nest deeper than a fiber's stack is large.
    void disjunction() {
        for (;;) {
            switch (peek()) {
                case kEnd:
                    if (!open_groups_.empty()) fail("Unterminated group");
                    return;
                case '|':
                    ++at_;
                    break;
                case '(':
                    ++at_;
                    open_groups_.push_back(group_start());
                    if (open_groups_.size() > kMaxGroupNesting) fail("Regular expression too deeply nested");
                    break;
                case ')': {
                    if (open_groups_.empty()) return fail("Unmatched ')'");
                    ++at_;
                    const bool quantifiable = open_groups_.back();
                    open_groups_.pop_back();
                    if (quantifiable) quantifier();
                    break;
                }
                default:
                    term();
            }
        }
    }

    void term() {
        bool quantifiable = true;
        switch (peek()) {
            case '^':
            case '$':
                ++at_;
                quantifiable = false;
                break;
            case '.':
                ++at_;
                break;
            case '[':
                ++at_;
                character_class();
                break;
            case '\\':
                ++at_;
                if (peek() == 'b' || peek() == 'B') {
                    ++at_;
                    quantifiable = false;
                } else {
                    atom_escape();
                }
                break;
            case '*':
            case '+':
            case '?':
                return fail("Nothing to repeat");
            case '{':
                if (unicode_) return fail("Nothing to repeat");
                if (braces()) return fail("Nothing to repeat");
                ++at_;
                break;
            case '}':
            case ']':
                if (unicode_) return fail("Lone quantifier brackets");
                [[fallthrough]];
            default:
                ++at_;
        }
        if (quantifiable) quantifier();
    }

    void quantifier() {
        if (is_one_of(peek(), "*+?")) {
            ++at_;
        } else if (peek() == '{') {
            if (!braces()) {
                if (unicode_) fail("Incomplete quantifier");
                return;
            }
        } else {
            return;
        }
        eat('?');
    }

    // {n}, {n,} or {n,m}; false (and nothing read) if the text is not one of them.
    bool braces() {
        const std::size_t start = at_;
        ++at_;
        std::string least;
        std::string most;
        while (is_digit(peek())) least.push_back(static_cast<char>(units_[at_++]));
        bool valid = !least.empty();
        if (eat(',')) {
            while (is_digit(peek())) most.push_back(static_cast<char>(units_[at_++]));
        } else {
            most = least;
        }
        valid = valid && eat('}');
        if (!valid) {
            at_ = start;
            return false;
        }
        if (!most.empty() && greater(least, most)) fail("Numbers out of order in {} quantifier");
        return true;
    }

    static bool greater(std::string_view a, std::string_view b) {
        a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
        b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
        return a.size() != b.size() ? a.size() > b.size() : a > b;
    }

    // Behind an opening parenthesis; whether a quantifier may follow the closing one.
    bool group_start() {
        bool quantifiable = true;
        if (eat('?')) {
            if (peek() == '=' || peek() == '!') {
                ++at_;
                quantifiable = !unicode_;
            } else if (peek() == ':') {
                ++at_;
            } else if (peek() == '<' && (peek(1) == '=' || peek(1) == '!')) {
                at_ += 2;
                quantifiable = false;
            } else if (peek() == '<') {
                ++at_;
                std::string name = group_name("Invalid capture group name");
                if (std::find(names_.begin(), names_.end(), name) != names_.end()) fail("Duplicate capture group name");
                names_.push_back(std::move(name));
            } else {
                fail("Invalid group");
            }
        }
        return quantifiable;
    }

    // Behind <: an identifier name and >.
    std::string group_name(const char* message) {
        std::string name;
        for (;;) {
            std::uint32_t c = peek();
            if (c == kEnd) break;
            ++at_;
            if (c == '>') {
                if (name.empty()) break;
                return name;
            }
            if (c == '\\') {
                if (!eat('u')) break;
                const bool was_unicode = unicode_;
                unicode_ = true;  // names always allow \u{...} and escaped pairs
                const bool good = unicode_escape(c);
                unicode_ = was_unicode;
                if (!good) break;
            } else if (is_high_surrogate(c) && is_low_surrogate(peek())) {
                c = join_surrogates(c, units_[at_++]);
            }
            const bool valid = c < 0x80       ? is_letter(c) || c == '$' || c == '_' || (!name.empty() && is_digit(c))
                               : name.empty() ? is_id_start(c)
                                              : is_id_continue(c);
            if (!valid) break;
            append_utf8(name, c);
        }
        fail(message);
        return {};
    }

    // Behind a backslash, outside of a class.
    void atom_escape() {
        const std::uint32_t c = peek();
        if (c == kEnd) return fail("\\ at end of pattern");
        if (c == 'k' && (unicode_ || has_names_)) {
            ++at_;
            if (!eat('<')) return fail("Invalid named reference");
            references_.push_back(group_name("Invalid named reference"));
            return;
        }
        if (c >= '1' && c <= '9') {
            if (!unicode_) {
                ++at_;
                return;
            }
            std::uint64_t number = 0;
            while (is_digit(peek()))
                number = std::min<std::uint64_t>(number * 10 + (units_[at_++] - '0'), 1'000'000'000);
            if (number > group_count_) fail("Invalid escape");
            return;
        }
        if (class_set_escape()) return;
        std::uint32_t value = 0;
        character_escape(value, false);
    }

    // \d \D \s \S \w \W \p{...} \P{...}
    bool class_set_escape() {
        const std::uint32_t c = peek();
        if (is_one_of(c, "dDsSwW")) {
            ++at_;
            return true;
        }
        if (!unicode_ || (c != 'p' && c != 'P')) return false;
        ++at_;
        if (!eat('{')) {
            fail("Invalid property name");
            return true;
        }
        std::string name;
        std::string value;
        bool has_value = false;
        const auto word = [this](std::string& out) {
            while (is_letter(peek()) || is_digit(peek()) || peek() == '_') {
                out.push_back(static_cast<char>(units_[at_++]));
            }
        };
        word(name);
        if (eat('=')) {
            has_value = true;
            word(value);
        }
        const bool closed = eat('}');
        const bool known =
            has_value ? ((name == "General_Category" || name == "gc") && lists(kGeneralCategories, value)) ||
                            ((name == "Script" || name == "sc" || name == "Script_Extensions" || name == "scx") &&
                             lists(kScripts, value))
                      : lists(kGeneralCategories, name) || lists(kBinaryProperties, name);
        if (!closed || !known) fail("Invalid property name");
        return true;
    }

    // Behind \u: four hexadecimal digits, with u also braces and a pair of escaped surrogates.
    bool unicode_escape(std::uint32_t& value) {
        if (unicode_ && eat('{')) {
            value = 0;
            bool any = false;
            while (hex_value(peek()) >= 0) {
                value = value * 16 + static_cast<std::uint32_t>(hex_value(units_[at_++]));
                if (value > 0x10FFFF) return false;
                any = true;
            }
            return any && eat('}');
        }
        if (!hex_digits(4, value)) return false;
        if (unicode_ && is_high_surrogate(value) && peek() == '\\' && peek(1) == 'u') {
            const std::size_t before = at_;
            at_ += 2;
            std::uint32_t low = 0;
            if (hex_digits(4, low) && is_low_surrogate(low)) {
                value = join_surrogates(value, low);
            } else {
                at_ = before;
            }
        }
        return true;
    }

    bool hex_digits(int count, std::uint32_t& value) {
        const std::size_t start = at_;
        value = 0;
        for (int i = 0; i < count; ++i, ++at_) {
            const int digit = hex_value(peek());
            if (digit < 0) {
                at_ = start;
                return false;
            }
            value = value * 16 + static_cast<std::uint32_t>(digit);
        }
        return true;
    }

    // Behind a backslash; `value`: the character.
    void character_escape(std::uint32_t& value, bool in_class) {
        const std::uint32_t c = peek();
        if (c == kEnd) return fail("\\ at end of pattern");
        ++at_;
        value = c;
        switch (c) {
            case 't':
                value = '\t';
                return;
            case 'n':
                value = '\n';
                return;
            case 'v':
                value = '\v';
                return;
            case 'f':
                value = '\f';
                return;
            case 'r':
                value = '\r';
                return;
            case 'c':
                if (is_letter(peek()) || (in_class && !unicode_ && (is_digit(peek()) || peek() == '_'))) {
                    value = units_[at_++] % 32;
                } else if (unicode_) {
                    fail("Invalid unicode escape");
                } else {
                    value = '\\';
                    --at_;  // the backslash stands for itself
                }
                return;
            case '0':
                if (unicode_ && is_digit(peek())) return fail("Invalid decimal escape");
                [[fallthrough]];
            case '1':
            case '2':
            case '3':
            case '4':
            case '5':
            case '6':
            case '7':
                if (c != '0' && unicode_) return fail("Invalid class escape");
                value = c - '0';
                for (int i = 0; i < 2 && peek() >= '0' && peek() <= '7' && value * 8 + (peek() - '0') <= 0377; ++i) {
                    value = value * 8 + (units_[at_++] - '0');
                }
                return;
            case 'x':
                if (hex_digits(2, value)) return;
                value = 'x';
                if (unicode_) fail("Invalid escape");
                return;
            case 'u':
                if (unicode_escape(value)) return;
                value = 'u';
                if (unicode_) fail("Invalid Unicode escape");
                return;
            default:
                if (unicode_ ? !is_one_of(c, "^$\\.*+?()[]{}|/") : (c == 'k' && has_names_)) fail("Invalid escape");
        }
    }

    // One member of a class; false for a set such as \d, which has no single value.
    bool class_atom(std::uint32_t& value) {
        if (!eat('\\')) {
            value = units_[at_++];
            return true;
        }
        if (peek() == 'b') {
            ++at_;
            value = '\b';
            return true;
        }
        if (unicode_ && peek() == '-') {
            ++at_;
            value = '-';
            return true;
        }
        if (class_set_escape()) return false;
        character_escape(value, true);
        return true;
    }

    void character_class() {
        eat('^');
        while (peek() != ']') {
            if (peek() == kEnd) return fail("Unterminated character class");
            std::uint32_t first = 0;
            std::uint32_t last = 0;
            const bool first_is_character = class_atom(first);
            if (peek() != '-' || peek(1) == ']' || peek(1) == kEnd || failed()) continue;
            ++at_;
            const bool last_is_character = class_atom(last);
            if (!first_is_character || !last_is_character) {
                if (unicode_) fail("Invalid character class");
            } else if (first > last) {
                fail("Range out of order in character class");
            }
        }
        ++at_;
    }

    std::vector<std::uint32_t> units_;
    bool unicode_;
    bool has_names_ = false;
    std::size_t at_ = 0;
    std::size_t group_count_ = 0;
    std::vector<bool> open_groups_;  // whether a quantifier may follow
    std::vector<std::string> names_;
    std::vector<std::string> references_;
    std::string error_;
};

}  // namespace

std::string check_regexp(std::string_view pattern, std::string_view flags) {
    for (std::size_t i = 0; i < flags.size(); ++i) {
        const bool known = std::string_view("dgimsuy").find(flags[i]) != std::string_view::npos;
        if (!known || flags.find(flags[i], i + 1) != std::string_view::npos) return "Invalid flags";
    }
    return Checker(pattern, flags.find('u') != std::string_view::npos).check();
}

}  // namespace k6::js::syntax
