#define PCRE2_CODE_UNIT_WIDTH 8
#include "js/regexp/backtrack.h"

#include <pcre2.h>

#include <algorithm>
#include <stdexcept>

#include "js/regexp/translate.h"

namespace k6::js::regexp {
namespace {

/// 24 bytes each.
constexpr std::size_t largest_stack = std::size_t{2} << 20;

/// A character and its size, forward from `at`.
struct Read {
    CodePoint code;
    std::size_t size;
};

Read read_forward(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<CodePoint>(static_cast<unsigned char>(text[at + i])); };
    const CodePoint lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    if (lead < 0xE0) return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2};
    if (lead < 0xF0) return {(lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
    return {(lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
}

std::size_t step_back(std::string_view text, std::size_t at) {
    do --at;
    while ((text[at] & 0xC0) == 0x80);
    return at;
}

std::size_t encode(CodePoint code, char* out) {
    if (code < 0x80) {
        out[0] = static_cast<char>(code);
        return 1;
    }
    if (code < 0x800) {
        out[0] = static_cast<char>(0xC0 | code >> 6);
        out[1] = static_cast<char>(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = static_cast<char>(0xE0 | code >> 12);
        out[1] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out[2] = static_cast<char>(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = static_cast<char>(0xF0 | code >> 18);
    out[1] = static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out[2] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out[3] = static_cast<char>(0x80 | (code & 0x3F));
    return 4;
}

}  // namespace

/// Membership in Unicode properties, asked of PCRE2.
class PropertyTest {
public:
    PropertyTest(const std::string& text, bool ignore_case) {
        int error = 0;
        PCRE2_SIZE offset = 0;
        code_ = pcre2_compile_8(reinterpret_cast<PCRE2_SPTR8>(text.data()), text.size(),
                                PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NO_UTF_CHECK | (ignore_case ? PCRE2_CASELESS : 0),
                                &error, &offset, nullptr);
        if (code_ == nullptr) throw std::invalid_argument("Invalid property name");
    }
    ~PropertyTest() { pcre2_code_free_8(code_); }
    PropertyTest(const PropertyTest&) = delete;
    PropertyTest& operator=(const PropertyTest&) = delete;

    bool contains(CodePoint code) const {
        char text[4];
        const std::size_t size = encode(code, text);
        const std::unique_ptr<pcre2_match_data_8, void (*)(pcre2_match_data_8*)> data(
            pcre2_match_data_create_8(1, nullptr), pcre2_match_data_free_8);
        return data != nullptr && pcre2_match_8(code_, reinterpret_cast<PCRE2_SPTR8>(text), size, 0, PCRE2_NO_UTF_CHECK,
                                                data.get(), nullptr) > 0;
    }

private:
    pcre2_code_8* code_;
};

// ---- compiling

class BacktrackCompiler {
public:
    BacktrackCompiler(BacktrackProgram& program, const Pattern& pattern) : program_(program), flags_(pattern.flags) {
        // Slots: captures, then the starts of groups that are not complete yet, then what loops count.
        next_slot_ = 3 * pattern.group_count;
    }

    void compile(const Node& root) {
        CharSet word = word_set();
        if (flags_.ignore_case && flags_.unicode) close_over_case(word, true);
        program_.word_set_ = add_set(std::move(word), false, nullptr);
        node(root, false);
        emit({.op = Op::done});
        program_.slot_count_ = next_slot_;
    }

private:
    using Op = BacktrackProgram::Op;
    using Instruction = BacktrackProgram::Instruction;

    std::uint32_t here() const { return static_cast<std::uint32_t>(program_.code_.size()); }
    std::uint32_t emit(const Instruction& instruction) {
        program_.code_.push_back(instruction);
        return here() - 1;
    }

    std::uint32_t add_set(CharSet set, bool negated, std::unique_ptr<PropertyTest> properties) {
        BacktrackProgram::Set added;
        for (CodePoint code = 0; code < 0x80; ++code) {
            const bool member = set.contains(code) || (properties != nullptr && properties->contains(code));
            if (member != negated) added.ascii[code / 64] |= std::uint64_t{1} << (code % 64);
        }
        added.ranges = std::move(set);
        added.negated = negated;
        added.properties = std::move(properties);
        program_.sets_.push_back(std::move(added));
        return static_cast<std::uint32_t>(program_.sets_.size() - 1);
    }

    /// The set that a node of one character stands for, or nothing for other nodes.
    bool set_of(const Node& node, std::uint32_t& index) {
        switch (node.kind) {
            case Node::Kind::character: {
                CharSet set;
                set.add(node.code);
                if (flags_.ignore_case) close_over_case(set, flags_.unicode);
                index = add_set(std::move(set), false, nullptr);
                return true;
            }
            case Node::Kind::any:
                index = add_set(flags_.dot_all ? CharSet() : line_terminator_set(), true, nullptr);
                return true;
            case Node::Kind::char_class: {
                const CharClass& given = node.char_class;
                CharSet set = given.set;
                if (flags_.ignore_case) close_over_case(set, flags_.unicode);
                std::unique_ptr<PropertyTest> properties;
                if (!given.properties.empty()) {
                    properties = std::make_unique<PropertyTest>(
                        translate_class({{}, given.properties, false}, flags_.ignore_case, flags_.unicode),
                        flags_.ignore_case);
                }
                index = add_set(std::move(set), given.negated, std::move(properties));
                return true;
            }
            default:
                return false;
        }
    }

    void node(const Node& node, bool backward) {
        switch (node.kind) {
            case Node::Kind::empty:
                break;
            case Node::Kind::character:
                if (!flags_.ignore_case) {
                    emit({.op = Op::character, .backward = backward, .a = node.code});
                    break;
                }
                [[fallthrough]];
            case Node::Kind::any:
            case Node::Kind::char_class: {
                std::uint32_t index = 0;
                set_of(node, index);
                emit({.op = Op::set, .backward = backward, .a = index});
                break;
            }
            case Node::Kind::line_start:
                emit({.op = flags_.multiline ? Op::line_start : Op::text_start});
                break;
            case Node::Kind::line_end:
                emit({.op = flags_.multiline ? Op::line_end : Op::text_end});
                break;
            case Node::Kind::word_boundary:
                emit({.op = Op::word_boundary, .negated = node.negated});
                break;
            case Node::Kind::backreference:
                emit({.op = Op::backreference, .backward = backward, .a = node.group});
                break;
            case Node::Kind::group:
                if (node.group != 0) emit({.op = Op::capture_start, .a = node.group});
                this->node(*node.children[0], backward);
                if (node.group != 0) emit({.op = Op::capture_end, .backward = backward, .a = node.group});
                break;
            case Node::Kind::look: {
                const std::uint32_t look = emit({.op = Op::look, .negated = node.negated});
                this->node(*node.children[0], node.behind);
                emit({.op = Op::done});
                program_.code_[look].a = here();
                break;
            }
            case Node::Kind::sequence:
                if (backward) {
                    for (auto it = node.children.rbegin(); it != node.children.rend(); ++it) this->node(**it, true);
                } else {
                    for (const NodePointer& child : node.children) this->node(*child, false);
                }
                break;
            case Node::Kind::alternatives: {
                std::vector<std::uint32_t> ends;
                for (std::size_t i = 0; i < node.children.size(); ++i) {
                    if (i + 1 == node.children.size()) {
                        this->node(*node.children[i], backward);
                        break;
                    }
                    const std::uint32_t split = emit({.op = Op::split});
                    program_.code_[split].a = here();
                    this->node(*node.children[i], backward);
                    ends.push_back(emit({.op = Op::jump}));
                    program_.code_[split].b = here();
                }
                for (const std::uint32_t end : ends) program_.code_[end].a = here();
                break;
            }
            case Node::Kind::repeat:
                repeat(node, backward);
                break;
        }
    }

    void repeat(const Node& node, bool backward) {
        const Node& child = *node.children[0];
        if (node.max == 0) return;
        std::uint32_t index = 0;
        if (node.greedy && set_of(child, index)) {
            emit({.op = Op::run, .backward = backward, .a = index, .b = node.min, .c = node.max});
            return;
        }
        const std::uint32_t counter = next_slot_++;
        const std::uint32_t position = next_slot_++;
        emit({.op = Op::loop_start, .a = counter});
        const std::uint32_t loop =
            emit({.op = Op::loop, .negated = !node.greedy, .a = counter, .b = node.min, .c = node.max});
        emit({.op = Op::loop_enter, .a = counter, .b = position, .c = child.first_group, .d = child.end_group});
        this->node(child, backward);
        emit({.op = Op::loop_check, .a = counter, .b = position, .c = node.min});
        emit({.op = Op::jump, .a = loop});
        program_.code_[loop].d = here();
    }

    BacktrackProgram& program_;
    const Flags& flags_;
    std::uint32_t next_slot_;
};

BacktrackProgram::BacktrackProgram(const Pattern& pattern)
    : group_count_(pattern.group_count), ignore_case_(pattern.flags.ignore_case), unicode_(pattern.flags.unicode) {
    BacktrackCompiler(*this, pattern).compile(*pattern.root);
}

BacktrackProgram::~BacktrackProgram() = default;

std::size_t BacktrackProgram::bytes() const noexcept {
    return sizeof *this + code_.capacity() * sizeof(Instruction) + sets_.capacity() * sizeof(Set);
}

// ---- running

class BacktrackRun {
public:
    BacktrackRun(const BacktrackProgram& program, std::string_view subject, BacktrackStack& stack, std::uint64_t& steps)
        : program_(program), subject_(subject), stack_(stack.entries_), slots_(stack.slots_), steps_(steps) {
        stack_.clear();
        slots_.assign(program.slot_count_, unset);
    }

    Outcome run(std::size_t start, std::span<std::size_t> captures) {
        if (!run_from(0, start)) return gave_up_ ? Outcome::gave_up : Outcome::no_match;
        captures[0] = start;
        captures[1] = position_;
        for (std::uint32_t group = 1; group < program_.group_count_; ++group) {
            captures[2 * group] = slots_[2 * group];
            captures[2 * group + 1] = slots_[2 * group + 1];
        }
        return Outcome::match;
    }

private:
    using Op = BacktrackProgram::Op;
    enum Kind : std::uint32_t {
        choice,         // go on at `target` from `position`
        undo,           // slot `target` was `position`
        shorter,        // a run that may give back characters, down to `extra`
        shorter_behind  // the same, of a run to the left
    };

    bool member(const BacktrackProgram::Set& set, CodePoint code) const {
        if (code < 0x80) return (set.ascii[code / 64] >> (code % 64) & 1) != 0;
        const bool found = set.ranges.contains(code) || (set.properties != nullptr && set.properties->contains(code));
        return found != set.negated;
    }

    void push(std::uint32_t kind, std::uint32_t target, std::size_t position, std::size_t extra = 0) {
        if (stack_.size() >= largest_stack) gave_up_ = true;
        stack_.push_back({position, extra, target, kind});
    }

    void set_slot(std::uint32_t slot, std::size_t value) {
        if (slots_[slot] == value) return;
        push(undo, slot, slots_[slot]);
        slots_[slot] = value;
    }

    bool is_word_at(std::size_t at) const {
        return at < subject_.size() && member(program_.sets_[program_.word_set_], read_forward(subject_, at).code);
    }

    bool is_line_terminator_at(std::size_t at) const {
        return line_terminator_set().contains(read_forward(subject_, at).code);
    }

    /// Moves over one character if it is in the set.
    bool step(const BacktrackProgram::Set& set, bool backward, std::size_t& position) const {
        if (backward) {
            if (position == 0) return false;
            const std::size_t before = step_back(subject_, position);
            if (!member(set, read_forward(subject_, before).code)) return false;
            position = before;
            return true;
        }
        if (position == subject_.size()) return false;
        const Read read = read_forward(subject_, position);
        if (!member(set, read.code)) return false;
        position += read.size;
        return true;
    }

    bool same_text(std::size_t first, std::size_t last, bool backward, std::size_t& position) const {
        const std::size_t size = last - first;
        if (!program_.ignore_case_) {
            if (backward ? position < size : subject_.size() - position < size) return false;
            const std::size_t at = backward ? position - size : position;
            if (subject_.substr(at, size) != subject_.substr(first, size)) return false;
            position = backward ? at : at + size;
            return true;
        }
        // Characters that are the same without regard to case may be of different sizes.
        std::size_t at = position;
        if (backward) {
            while (last > first) {
                if (at == 0) return false;
                last = step_back(subject_, last);
                at = step_back(subject_, at);
                if (!same_character(last, at)) return false;
            }
        } else {
            while (first < last) {
                if (at == subject_.size() || !same_character(first, at)) return false;
                first += read_forward(subject_, first).size;
                at += read_forward(subject_, at).size;
            }
        }
        position = at;
        return true;
    }

    bool same_character(std::size_t left, std::size_t right) const {
        const CodePoint a = read_forward(subject_, left).code;
        const CodePoint b = read_forward(subject_, right).code;
        return a == b || canonicalize(a, program_.unicode_) == canonicalize(b, program_.unicode_);
    }

    /// Takes back to where there is another way to go; false if there is none above `base`.
    bool backtrack(std::size_t base, std::uint32_t& pc, std::size_t& position) {
        while (stack_.size() > base) {
            BacktrackStack::Entry& top = stack_.back();
            switch (top.kind) {
                case undo:
                    slots_[top.target] = top.position;
                    stack_.pop_back();
                    break;
                case choice:
                    pc = top.target;
                    position = top.position;
                    stack_.pop_back();
                    return true;
                default:
                    pc = top.target;
                    if (top.kind == shorter) {
                        top.position = step_back(subject_, top.position);
                    } else {
                        top.position += read_forward(subject_, top.position).size;
                    }
                    position = top.position;
                    if (top.position == top.extra) stack_.pop_back();
                    return true;
            }
        }
        return false;
    }

    /// Runs until `done`; what it pushed above its base is left for the caller to take back.
    bool run_from(std::uint32_t pc, std::size_t position) {
        const std::size_t base = stack_.size();
        for (;;) {
            if (steps_ == 0) gave_up_ = true;
            if (gave_up_) return false;
            --steps_;
            const BacktrackProgram::Instruction& at = program_.code_[pc];
            bool good = true;
            ++pc;
            switch (at.op) {
                case Op::character:
                    if (at.backward) {
                        good = position > 0;
                        if (good) {
                            position = step_back(subject_, position);
                            good = read_forward(subject_, position).code == at.a;
                        }
                    } else {
                        good = position < subject_.size();
                        if (good) {
                            const Read read = read_forward(subject_, position);
                            good = read.code == at.a;
                            position += read.size;
                        }
                    }
                    break;
                case Op::set:
                    good = step(program_.sets_[at.a], at.backward, position);
                    break;
                case Op::run: {
                    const BacktrackProgram::Set& set = program_.sets_[at.a];
                    std::uint32_t count = 0;
                    std::size_t least = position;
                    const std::size_t from = position;
                    while (count < at.c && step(set, at.backward, position)) {
                        if (++count == at.b) least = position;
                    }
                    steps_ -= std::min<std::uint64_t>(steps_, (at.backward ? from - position : position - from) / 8);
                    good = count >= at.b;
                    if (good && position != least) push(at.backward ? shorter_behind : shorter, pc, position, least);
                    break;
                }
                case Op::text_start:
                    good = position == 0;
                    break;
                case Op::text_end:
                    good = position == subject_.size();
                    break;
                case Op::line_start:
                    good = position == 0 || is_line_terminator_at(step_back(subject_, position));
                    break;
                case Op::line_end:
                    good = position == subject_.size() || is_line_terminator_at(position);
                    break;
                case Op::word_boundary: {
                    const bool before = position > 0 && is_word_at(step_back(subject_, position));
                    good = (before != is_word_at(position)) != at.negated;
                    break;
                }
                case Op::backreference:
                    if (slots_[2 * at.a] != unset && slots_[2 * at.a + 1] != unset) {
                        steps_ -= std::min<std::uint64_t>(steps_, (slots_[2 * at.a + 1] - slots_[2 * at.a]) / 8);
                        good = same_text(slots_[2 * at.a], slots_[2 * at.a + 1], at.backward, position);
                    }
                    break;
                case Op::capture_start:
                    set_slot(2 * program_.group_count_ + at.a, position);
                    break;
                case Op::capture_end: {
                    const std::size_t start = slots_[2 * program_.group_count_ + at.a];
                    set_slot(2 * at.a, at.backward ? position : start);
                    set_slot(2 * at.a + 1, at.backward ? start : position);
                    break;
                }
                case Op::split:
                    push(choice, at.b, position);
                    pc = at.a;
                    break;
                case Op::jump:
                    pc = at.a;
                    break;
                case Op::loop_start:
                    set_slot(at.a, 0);
                    break;
                case Op::loop: {
                    const std::size_t count = slots_[at.a];
                    if (count < at.b) break;
                    if (at.c != unlimited && count >= at.c) {
                        pc = at.d;
                    } else if (at.negated) {
                        push(choice, pc, position);
                        pc = at.d;
                    } else {
                        push(choice, at.d, position);
                    }
                    break;
                }
                case Op::loop_enter:
                    set_slot(at.a, slots_[at.a] + 1);
                    set_slot(at.b, position);
                    for (std::uint32_t group = at.c; group < at.d; ++group) {
                        set_slot(2 * group, unset);
                        set_slot(2 * group + 1, unset);
                    }
                    break;
                case Op::loop_check:
                    good = position != slots_[at.b] || slots_[at.a] <= at.c;
                    break;
                case Op::look: {
                    const std::size_t height = stack_.size();
                    const bool found = run_from(pc, position);
                    if (gave_up_) return false;
                    if (found && !at.negated) {
                        // Its captures stay, to be taken back with what comes later; its other ways are closed.
                        const auto end = std::remove_if(stack_.begin() + static_cast<std::ptrdiff_t>(height),
                                                        stack_.end(), [](const auto& e) { return e.kind != undo; });
                        stack_.erase(end, stack_.end());
                    } else if (found) {
                        while (stack_.size() > height) {
                            if (stack_.back().kind == undo) slots_[stack_.back().target] = stack_.back().position;
                            stack_.pop_back();
                        }
                    }
                    good = found != at.negated;
                    pc = at.a;
                    break;
                }
                case Op::done:
                    position_ = position;
                    return true;
            }
            if (!good && !backtrack(base, pc, position)) return false;
        }
    }

    const BacktrackProgram& program_;
    std::string_view subject_;
    std::vector<BacktrackStack::Entry>& stack_;
    std::vector<std::size_t>& slots_;
    std::uint64_t& steps_;
    std::size_t position_ = 0;
    bool gave_up_ = false;
};

Outcome BacktrackProgram::match(std::string_view subject, std::size_t start, std::span<std::size_t> captures,
                                BacktrackStack& stack, std::uint64_t& steps) const {
    return BacktrackRun(*this, subject, stack, steps).run(start, captures);
}

}  // namespace k6::js::regexp
