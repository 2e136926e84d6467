#include "js/regexp/translate.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace k6::js::regexp {
namespace {

/// PCRE2's largest number in a quantifier.
constexpr std::uint32_t largest_count = 65535;

/// The least number of characters that a node matches, as far as it matters whether that is none.
std::uint64_t least_width(const Node& node) {
    switch (node.kind) {
        case Node::Kind::character:
        case Node::Kind::any:
        case Node::Kind::char_class:
            return 1;
        case Node::Kind::group:
            return least_width(*node.children[0]);
        case Node::Kind::repeat:
            return node.min == 0 ? 0 : least_width(*node.children[0]);
        case Node::Kind::sequence: {
            std::uint64_t sum = 0;
            for (const NodePointer& child : node.children) sum += least_width(*child);
            return sum;
        }
        case Node::Kind::alternatives: {
            std::uint64_t least = UINT64_MAX;
            for (const NodePointer& child : node.children) least = std::min(least, least_width(*child));
            return least;
        }
        default:
            return 0;
    }
}

/// Finds what PCRE2 does otherwise.
class Judge {
public:
    explicit Judge(const Pattern& pattern) : ignore_case_(pattern.flags.ignore_case), closed_(pattern.group_count) {}

    /// `in_loop`: within a repetition; `skippable`: a round of it may pass without the node.
    bool same(const Node& node, bool in_loop, bool skippable) {
        switch (node.kind) {
            case Node::Kind::backreference:
                // Without regard to case, or to a group that is not complete yet: rare, and subtle in loops.
                return !ignore_case_ && (closed_[node.group] || (!in_loop && !is_open(node.group)));
            case Node::Kind::group: {
                if (node.group != 0 && skippable) return false;
                if (node.group != 0) open_.push_back(node.group);
                const bool result = same(*node.children[0], in_loop, skippable);
                if (node.group != 0) {
                    open_.pop_back();
                    closed_[node.group] = true;
                }
                return result;
            }
            case Node::Kind::look:
                if (node.behind && (node.first_group != node.end_group || has_backreference(node))) return false;
                return same(*node.children[0], in_loop, skippable);
            case Node::Kind::repeat: {
                const Node& child = *node.children[0];
                if (node.min > largest_count || (node.max > largest_count && node.max != unlimited)) return false;
                if (node.min != node.max && least_width(child) == 0) return false;
                return same(child, in_loop || node.max > 1, skippable || (in_loop && node.min == 0));
            }
            case Node::Kind::alternatives:
            case Node::Kind::sequence:
                for (const NodePointer& child : node.children) {
                    if (!same(*child, in_loop, skippable || (in_loop && node.kind == Node::Kind::alternatives))) {
                        return false;
                    }
                }
                return true;
            default:
                return true;
        }
    }

private:
    bool is_open(std::uint32_t group) const { return std::find(open_.begin(), open_.end(), group) != open_.end(); }
    static bool has_backreference(const Node& node) {
        return node.kind == Node::Kind::backreference ||
               std::any_of(node.children.begin(), node.children.end(),
                           [](const NodePointer& child) { return has_backreference(*child); });
    }

    bool ignore_case_;
    std::vector<bool> closed_;
    std::vector<std::uint32_t> open_;
};

/// Properties that tell the cases of letters apart.
bool is_case_property(std::string_view name) {
    for (const std::string_view known : {"Lu", "Ll", "Lt", "Uppercase", "Upper", "Lowercase", "Lower"}) {
        if (name == known) return true;
    }
    return false;
}

void append_code(std::string& out, CodePoint code) {
    if (code < 0x80 && ((code >= '0' && code <= '9') || ((code | 32) >= 'a' && (code | 32) <= 'z') || code == '_')) {
        out += static_cast<char>(code);
    } else if (code > ' ' && code < 0x7F) {
        out += '\\';
        out += static_cast<char>(code);
    } else {
        char buffer[16];
        std::snprintf(buffer, sizeof buffer, "\\x{%x}", static_cast<unsigned>(code));
        out += buffer;
    }
}

void append_ranges(std::string& out, const CharSet& set) {
    for (const CodePointRange& range : set.ranges()) {
        append_code(out, range.first);
        if (range.last == range.first) continue;
        if (range.last > range.first + 1) out += '-';
        append_code(out, range.last);
    }
}

std::string set_text(CharSet set, bool negated) {
    if (negated) set.invert();
    if (set.empty()) return "(?:(?!))";
    const auto ranges = set.ranges();
    if (ranges.size() == 1 && ranges[0] == CodePointRange{0, max_code_point}) return ".";
    std::string text = "[";
    if (ranges.front().first == 0 && ranges.back().last == max_code_point) {
        set.invert();
        text += '^';
    }
    append_ranges(text, set);
    return text + ']';
}

class Writer {
public:
    explicit Writer(const Flags& flags) : flags_(flags) {}

    void write(const Node& node) {
        switch (node.kind) {
            case Node::Kind::empty:
                break;
            case Node::Kind::character:
                character(node.code);
                break;
            case Node::Kind::any:
                if (flags_.dot_all) {
                    out_ += '.';
                } else {
                    out_ += "[^\\n\\r\\x{2028}\\x{2029}]";
                }
                break;
            case Node::Kind::char_class:
                insensitive(!node.char_class.properties.empty() && flags_.ignore_case);
                out_ += translate_class(node.char_class, flags_.ignore_case, flags_.unicode);
                break;
            case Node::Kind::line_start:
                out_ += flags_.multiline ? "(?<![^\\n\\r\\x{2028}\\x{2029}])" : "^";
                break;
            case Node::Kind::line_end:
                out_ += flags_.multiline ? "(?![^\\n\\r\\x{2028}\\x{2029}])" : "\\z";
                break;
            case Node::Kind::word_boundary:
                word_boundary(node.negated);
                break;
            case Node::Kind::backreference:
                out_ += "\\g{" + std::to_string(node.group) + '}';
                break;
            case Node::Kind::group:
                parentheses(node.group != 0 ? "(" : "(?:", *node.children[0]);
                break;
            case Node::Kind::look:
                parentheses(node.behind ? (node.negated ? "(?<!" : "(?<=") : (node.negated ? "(?!" : "(?="),
                            *node.children[0]);
                break;
            case Node::Kind::repeat:
                repeat(node);
                break;
            case Node::Kind::sequence:
                for (const NodePointer& child : node.children) write(*child);
                break;
            case Node::Kind::alternatives:
                for (std::size_t i = 0; i < node.children.size(); ++i) {
                    if (i != 0) out_ += '|';
                    write(*node.children[i]);
                }
                break;
        }
    }

    std::string take() { return std::move(out_); }

private:
    /// Switches PCRE2's own case folding, which is right for ASCII letters but k and s (of which the Kelvin sign and
    /// the long s are cases), and for properties.
    void insensitive(bool on) {
        if (on == insensitive_) return;
        out_ += on ? "(?i)" : "(?-i)";
        insensitive_ = on;
    }

    void character(CodePoint code) {
        if (!flags_.ignore_case) {
            append_code(out_, code);
            return;
        }
        const CodePoint low = code | 32;
        if (code < 0x80) {
            const bool letter = low >= 'a' && low <= 'z';
            if (!letter) {
                append_code(out_, code);
                return;
            }
            if (low != 'k' && low != 's') {
                insensitive(true);
                append_code(out_, code);
                return;
            }
        }
        CharSet set;
        set.add(code);
        close_over_case(set, flags_.unicode);
        insensitive(false);
        if (set.ranges().size() == 1 && set.ranges()[0].first == set.ranges()[0].last) {
            append_code(out_, code);
        } else {
            out_ += set_text(std::move(set), false);
        }
    }

    void word_boundary(bool negated) {
        if (!flags_.unicode || !flags_.ignore_case) {
            out_ += negated ? "\\B" : "\\b";
            return;
        }
        CharSet set = word_set();
        close_over_case(set, true);
        const std::string word = set_text(std::move(set), false);
        insensitive(false);
        out_ += negated ? "(?:(?<=" + word + ")(?=" + word + ")|(?<!" + word + ")(?!" + word + "))"
                        : "(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word + "))";
    }

    void parentheses(const char* open, const Node& child) {
        const bool outside = insensitive_;
        out_ += open;
        write(child);
        out_ += ')';
        insensitive_ = outside;  // as PCRE2 does
    }

    void repeat(const Node& node) {
        const Node& child = *node.children[0];
        if (child.kind == Node::Kind::look || child.kind == Node::Kind::backreference) {
            parentheses("(?:", child);
        } else {
            write(child);
        }
        if (node.min == 0 && node.max == unlimited) {
            out_ += '*';
        } else if (node.min == 1 && node.max == unlimited) {
            out_ += '+';
        } else if (node.min == 0 && node.max == 1) {
            out_ += '?';
        } else {
            out_ += '{' + std::to_string(node.min);
            if (node.max != node.min) out_ += ',';
            if (node.max != node.min && node.max != unlimited) out_ += std::to_string(node.max);
            out_ += '}';
        }
        if (!node.greedy) out_ += '?';
    }

    const Flags& flags_;
    std::string out_;
    bool insensitive_ = false;
};

}  // namespace

std::string translate_class(const CharClass& char_class, bool ignore_case, bool unicode) {
    CharSet set = char_class.set;
    if (ignore_case) close_over_case(set, unicode);
    if (char_class.properties.empty()) return set_text(std::move(set), char_class.negated);
    std::string text = char_class.negated ? "[^" : "[";
    append_ranges(text, set);
    for (const Property& property : char_class.properties) {
        if (property.name == "ASCII") {
            text += property.negated ? "\\x{80}-\\x{10ffff}" : "\\x{0}-\\x{7f}";
        } else if (property.name == "Assigned") {
            text += property.negated ? "\\p{Cn}" : "\\P{Cn}";
        } else if (ignore_case && is_case_property(property.name)) {
            // A letter of either case has one in the set, and one outside of it.
            text += property.negated ? "\\p{Any}" : "\\p{L&}";
        } else {
            text += (property.negated ? "\\P{" : "\\p{") + property.name + '}';
        }
    }
    return text + ']';
}

std::optional<std::string> translate(const Pattern& pattern) {
    if (!Judge(pattern).same(*pattern.root, false, false)) return std::nullopt;
    Writer writer(pattern.flags);
    writer.write(*pattern.root);
    return writer.take();
}

}  // namespace k6::js::regexp
