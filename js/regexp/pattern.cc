#include "js/regexp/pattern.h"

#include <algorithm>
#include <stdexcept>

#include "base/surrogates.h"

namespace k6::js::regexp {
namespace {

constexpr CodePoint end_of_pattern = UINT32_MAX;

bool is_digit(CodePoint c) { return c >= '0' && c <= '9'; }
bool is_letter(CodePoint c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
int hex_value(CodePoint c) {
    if (is_digit(c)) return static_cast<int>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A' + 10);
    return -1;
}

NodePointer make(Node::Kind kind) { return std::make_unique<Node>(kind); }

void append_utf8(std::string& out, CodePoint c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | c >> 12);
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | c >> 18);
        out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

/// General categories whose short name PCRE2 wants.
std::string short_category(const std::string& name) {
    static constexpr std::pair<std::string_view, std::string_view> long_names[] = {
        {"Cased_Letter", "L&"},
        {"LC", "L&"},
        {"Close_Punctuation", "Pe"},
        {"Connector_Punctuation", "Pc"},
        {"Control", "Cc"},
        {"cntrl", "Cc"},
        {"Currency_Symbol", "Sc"},
        {"Dash_Punctuation", "Pd"},
        {"Decimal_Number", "Nd"},
        {"digit", "Nd"},
        {"Enclosing_Mark", "Me"},
        {"Final_Punctuation", "Pf"},
        {"Format", "Cf"},
        {"Initial_Punctuation", "Pi"},
        {"Letter", "L"},
        {"Letter_Number", "Nl"},
        {"Line_Separator", "Zl"},
        {"Lowercase_Letter", "Ll"},
        {"Mark", "M"},
        {"Combining_Mark", "M"},
        {"Math_Symbol", "Sm"},
        {"Modifier_Letter", "Lm"},
        {"Modifier_Symbol", "Sk"},
        {"Nonspacing_Mark", "Mn"},
        {"Number", "N"},
        {"Open_Punctuation", "Ps"},
        {"Other", "C"},
        {"Other_Letter", "Lo"},
        {"Other_Number", "No"},
        {"Other_Punctuation", "Po"},
        {"Other_Symbol", "So"},
        {"Paragraph_Separator", "Zp"},
        {"Private_Use", "Co"},
        {"Punctuation", "P"},
        {"punct", "P"},
        {"Separator", "Z"},
        {"Space_Separator", "Zs"},
        {"Spacing_Mark", "Mc"},
        {"Surrogate", "Cs"},
        {"Symbol", "S"},
        {"Titlecase_Letter", "Lt"},
        {"Unassigned", "Cn"},
        {"Uppercase_Letter", "Lu"},
    };
    for (const auto& [long_name, short_name] : long_names) {
        if (name == long_name) return std::string(short_name);
    }
    return name;
}

class Parser {
public:
    Parser(std::string_view source, const Flags& flags) : unicode_(flags.unicode) {
        pattern_.flags = flags;
        for (std::size_t at = 0; at < source.size();) {
            const auto byte = [&](std::size_t i) {
                return at + i < source.size() ? static_cast<CodePoint>(static_cast<unsigned char>(source[at + i])) : 0;
            };
            const CodePoint lead = byte(0);
            if (lead < 0x80) {
                units_.push_back(lead);
                at += 1;
            } else if (lead < 0xE0) {
                units_.push_back((lead & 0x1F) << 6 | (byte(1) & 0x3F));
                at += 2;
            } else if (lead < 0xF0) {
                units_.push_back((lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F));
                at += 3;
            } else {
                const CodePoint code =
                    (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
                at += 4;
                if (unicode_) {
                    units_.push_back(code);
                } else {
                    units_.push_back(high_surrogate(code));
                    units_.push_back(low_surrogate(code));
                }
            }
        }
    }

    Pattern parse() {
        find_groups();
        pattern_.root = disjunction();
        if (at_ < units_.size()) invalid();
        resolve_names(*pattern_.root);
        return std::move(pattern_);
    }

private:
    [[noreturn]] static void invalid() { throw std::invalid_argument("not a valid regular expression"); }

    // Groups may be referred to before they open, and a single name makes \k a reference everywhere.
    void find_groups() {
        bool in_class = false;
        for (std::size_t i = 0; i < units_.size(); ++i) {
            const CodePoint c = units_[i];
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
                if (!special || named) ++pattern_.group_count;
            }
        }
    }

    CodePoint peek(std::size_t ahead = 0) const {
        return at_ + ahead < units_.size() ? units_[at_ + ahead] : end_of_pattern;
    }
    bool eat(CodePoint c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }

    NodePointer disjunction() {
        const std::uint32_t first_group = next_group_;
        NodePointer first = sequence();
        if (peek() != '|') return first;
        NodePointer node = make(Node::Kind::alternatives);
        node->children.push_back(std::move(first));
        while (eat('|')) node->children.push_back(sequence());
        note_groups(*node, first_group);
        return node;
    }

    NodePointer sequence() {
        const std::uint32_t first_group = next_group_;
        NodePointer node = make(Node::Kind::sequence);
        while (peek() != end_of_pattern && peek() != '|' && peek() != ')') node->children.push_back(term());
        if (node->children.size() == 1) return std::move(node->children[0]);
        if (node->children.empty()) node->kind = Node::Kind::empty;
        note_groups(*node, first_group);
        return node;
    }

    void note_groups(Node& node, std::uint32_t first_group) const {
        node.first_group = first_group;
        node.end_group = next_group_;
    }

    NodePointer character(CodePoint code) const {
        NodePointer node = make(Node::Kind::character);
        node->code = code;
        note_groups(*node, next_group_);
        return node;
    }

    NodePointer simple(Node::Kind kind, bool negated = false) const {
        NodePointer node = make(kind);
        node->negated = negated;
        note_groups(*node, next_group_);
        return node;
    }

    NodePointer term() {
        const std::uint32_t first_group = next_group_;
        NodePointer node;
        const CodePoint c = peek();
        ++at_;
        switch (c) {
            case '^':
                return simple(Node::Kind::line_start);
            case '$':
                return simple(Node::Kind::line_end);
            case '(':
                node = group();
                break;
            case '.':
                node = simple(Node::Kind::any);
                break;
            case '[':
                node = character_class();
                break;
            case '\\':
                if (peek() == 'b' || peek() == 'B') {
                    const bool negated = peek() == 'B';
                    ++at_;
                    return simple(Node::Kind::word_boundary, negated);
                }
                node = atom_escape();
                break;
            case '*':
            case '+':
            case '?':
                invalid();
            default:
                node = character(c);
                break;
        }
        return quantified(std::move(node), first_group);
    }

    NodePointer quantified(NodePointer node, std::uint32_t first_group) {
        std::uint32_t min = 0;
        std::uint32_t max = unlimited;
        if (eat('*')) {
        } else if (eat('+')) {
            min = 1;
        } else if (eat('?')) {
            max = 1;
        } else if (peek() != '{' || !braces(min, max)) {
            return node;
        }
        NodePointer repeat = make(Node::Kind::repeat);
        repeat->min = min;
        repeat->max = max;
        repeat->greedy = !eat('?');
        repeat->children.push_back(std::move(node));
        note_groups(*repeat, first_group);
        return repeat;
    }

    // {n}, {n,} or {n,m}; false (and nothing read) if the text is not one of them.
    bool braces(std::uint32_t& min, std::uint32_t& max) {
        const std::size_t start = at_;
        ++at_;
        const bool any = is_digit(peek());
        min = number();
        max = min;
        if (any && eat(',')) max = is_digit(peek()) ? number() : unlimited;
        if (any && eat('}')) return true;
        at_ = start;
        return false;
    }

    std::uint32_t number() {
        std::uint64_t value = 0;
        while (is_digit(peek())) value = std::min<std::uint64_t>(value * 10 + (units_[at_++] - '0'), unlimited - 1);
        return static_cast<std::uint32_t>(value);
    }

    NodePointer group() {
        const std::uint32_t first_group = next_group_;
        NodePointer node = make(Node::Kind::group);
        if (eat('?')) {
            if (peek() == '<' && (peek(1) == '=' || peek(1) == '!')) {
                ++at_;
                node->kind = Node::Kind::look;
                node->behind = true;
                node->negated = units_[at_++] == '!';
            } else if (peek() == '=' || peek() == '!') {
                node->kind = Node::Kind::look;
                node->negated = units_[at_++] == '!';
            } else if (eat('<')) {
                pattern_.names.emplace_back(group_name(), next_group_);
                node->group = next_group_++;
            } else if (!eat(':')) {
                invalid();
            }
        } else {
            node->group = next_group_++;
        }
        node->children.push_back(disjunction());
        if (!eat(')')) invalid();
        note_groups(*node, first_group);
        return node;
    }

    // Behind <: the name, and >.
    std::string group_name() {
        std::string name;
        while (!eat('>')) {
            CodePoint c = peek();
            if (c == end_of_pattern) invalid();
            ++at_;
            if (c == '\\') {
                if (!eat('u')) invalid();
                const bool was_unicode = unicode_;
                unicode_ = true;  // names always allow \u{...} and escaped pairs
                if (!unicode_escape(c)) invalid();
                unicode_ = was_unicode;
            } else if (is_high_surrogate(c) && is_low_surrogate(peek())) {
                c = join_surrogates(c, units_[at_++]);
            }
            append_utf8(name, c);
        }
        return name;
    }

    // Behind a backslash, outside of a class.
    NodePointer atom_escape() {
        const CodePoint c = peek();
        if (c == 'k' && (unicode_ || has_names_)) {
            ++at_;
            if (!eat('<')) invalid();
            NodePointer node = simple(Node::Kind::backreference);
            references_.push_back(group_name());
            node->code = static_cast<CodePoint>(references_.size());  // resolved when all names are known
            return node;
        }
        if (c >= '1' && c <= '9') {
            const std::size_t start = at_;
            const std::uint32_t group = number();
            if (unicode_ || group < pattern_.group_count) {
                NodePointer node = simple(Node::Kind::backreference);
                node->group = group;
                return node;
            }
            at_ = start;
        }
        CharClass escaped;
        if (class_set_escape(escaped)) {
            NodePointer node = simple(Node::Kind::char_class);
            node->char_class = std::move(escaped);
            return node;
        }
        return character(character_escape(false));
    }

    // \d \D \s \S \w \W \p{...} \P{...}
    bool class_set_escape(CharClass& into) {
        const CodePoint c = peek();
        const CharSet* set = nullptr;
        switch (c) {
            case 'd':
            case 'D':
                set = &digit_set();
                break;
            case 's':
            case 'S':
                set = &space_set();
                break;
            case 'w':
            case 'W':
                set = &word_set();
                break;
            case 'p':
            case 'P':
                if (!unicode_) return false;
                ++at_;
                into.properties.push_back(property(c == 'P'));
                return true;
            default:
                return false;
        }
        ++at_;
        CharSet wanted = *set;
        // With i and u a word character is one whose other case is.
        if (set == &word_set() && unicode_ && pattern_.flags.ignore_case) close_over_case(wanted, true);
        if (c < 'a') wanted.invert();
        into.set.add(wanted);
        return true;
    }

    Property property(bool negated) {
        if (!eat('{')) invalid();
        std::string name;
        std::string value;
        std::string* word = &name;
        while (!eat('}')) {
            if (peek() == end_of_pattern) invalid();
            if (eat('=')) {
                word = &value;
            } else {
                append_utf8(*word, units_[at_++]);
            }
        }
        if (word == &name) return {short_category(name), negated};
        if (name == "General_Category" || name == "gc") return {short_category(value), negated};
        return {(name == "Script" || name == "sc" ? "sc:" : "scx:") + value, negated};
    }

    // Behind \u: four hexadecimal digits, with u also braces and a pair of escaped surrogates.
    bool unicode_escape(CodePoint& value) {
        if (unicode_ && eat('{')) {
            value = 0;
            while (hex_value(peek()) >= 0) value = value * 16 + static_cast<CodePoint>(hex_value(units_[at_++]));
            return eat('}');
        }
        if (!hex_digits(4, value)) return false;
        if (unicode_ && is_high_surrogate(value) && peek() == '\\' && peek(1) == 'u') {
            const std::size_t before = at_;
            at_ += 2;
            CodePoint low = 0;
            if (hex_digits(4, low) && is_low_surrogate(low)) {
                value = join_surrogates(value, low);
            } else {
                at_ = before;
            }
        }
        return true;
    }

    bool hex_digits(int count, CodePoint& value) {
        const std::size_t start = at_;
        value = 0;
        for (int i = 0; i < count; ++i, ++at_) {
            const int digit = hex_value(peek());
            if (digit < 0) {
                at_ = start;
                return false;
            }
            value = value * 16 + static_cast<CodePoint>(digit);
        }
        return true;
    }

    // Behind a backslash: the character that is meant.
    CodePoint character_escape(bool in_class) {
        const CodePoint c = peek();
        if (c == end_of_pattern) invalid();
        ++at_;
        CodePoint value = c;
        switch (c) {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'v':
                return '\v';
            case 'f':
                return '\f';
            case 'r':
                return '\r';
            case 'c':
                if (is_letter(peek()) || (in_class && !unicode_ && (is_digit(peek()) || peek() == '_'))) {
                    return units_[at_++] % 32;
                }
                --at_;  // the backslash stands for itself
                return '\\';
            case '0':
            case '1':
            case '2':
            case '3':
            case '4':
            case '5':
            case '6':
            case '7':
                value = c - '0';
                for (int i = 0; i < 2 && peek() >= '0' && peek() <= '7' && value * 8 + (peek() - '0') <= 0377; ++i) {
                    value = value * 8 + (units_[at_++] - '0');
                }
                return value;
            case 'x':
                return hex_digits(2, value) ? value : 'x';
            case 'u':
                return unicode_escape(value) ? value : 'u';
            default:
                return c;
        }
    }

    // One member of a class; false for a set such as \d, which has no single value.
    bool class_atom(CodePoint& value, CharClass& into) {
        if (!eat('\\')) {
            value = units_[at_++];
            return true;
        }
        if (eat('b')) {
            value = '\b';
            return true;
        }
        if (unicode_ && eat('-')) {
            value = '-';
            return true;
        }
        if (class_set_escape(into)) return false;
        value = character_escape(true);
        return true;
    }

    NodePointer character_class() {
        NodePointer node = simple(Node::Kind::char_class);
        CharClass& into = node->char_class;
        into.negated = eat('^');
        while (!eat(']')) {
            if (peek() == end_of_pattern) invalid();
            CodePoint first = 0;
            CodePoint last = 0;
            const bool first_is_character = class_atom(first, into);
            if (peek() == '-' && peek(1) != ']' && peek(1) != end_of_pattern) {
                ++at_;
                const bool last_is_character = class_atom(last, into);
                if (first_is_character && last_is_character) {
                    if (first > last) invalid();
                    into.set.add(first, last);
                } else {
                    into.set.add('-');
                    if (first_is_character) into.set.add(first);
                    if (last_is_character) into.set.add(last);
                }
            } else if (first_is_character) {
                into.set.add(first);
            }
        }
        return node;
    }

    void resolve_names(Node& node) const {
        if (node.kind == Node::Kind::backreference && node.group == 0) {
            const std::string& name = references_[node.code - 1];
            for (const auto& [known, group] : pattern_.names) {
                if (known == name) node.group = group;
            }
            if (node.group == 0) invalid();
        }
        for (const NodePointer& child : node.children) resolve_names(*child);
    }

    Pattern pattern_;
    std::vector<CodePoint> units_;
    std::size_t at_ = 0;
    bool unicode_;
    bool has_names_ = false;
    std::uint32_t next_group_ = 1;
    std::vector<std::string> references_;
};

}  // namespace

std::string Flags::text() const {
    std::string text;
    if (has_indices) text += 'd';
    if (global) text += 'g';
    if (ignore_case) text += 'i';
    if (multiline) text += 'm';
    if (dot_all) text += 's';
    if (unicode) text += 'u';
    if (sticky) text += 'y';
    return text;
}

Pattern parse_pattern(std::string_view source, const Flags& flags) { return Parser(source, flags).parse(); }

}  // namespace k6::js::regexp
