// break, continue, return, throw and try.
#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

/// Whether a statement list of a `finally` block has a way out other than its end or an exception.
class LeavingSearch {
public:
    bool leaves(const Node* node) {
        if (node == nullptr) return false;
        switch (node->kind) {
            case NodeKind::ReturnStatement:
                return true;
            case NodeKind::BreakStatement: {
                const auto* label = node->as<BreakStatement>()->label;
                return label != nullptr ? !inside(label->name) : breakable_ == 0;
            }
            case NodeKind::ContinueStatement: {
                const auto* label = node->as<ContinueStatement>()->label;
                return label != nullptr ? !inside(label->name) : loops_ == 0;
            }
            case NodeKind::BlockStatement:
                return any(node->as<BlockStatement>()->body);
            case NodeKind::IfStatement: {
                const Node* next = node;
                while (next != nullptr && next->is<IfStatement>()) {
                    if (leaves(next->as<IfStatement>()->consequent)) return true;
                    next = next->as<IfStatement>()->alternate;
                }
                return leaves(next);
            }
            case NodeKind::ForStatement:
                return loop(node->as<ForStatement>()->body);
            case NodeKind::ForInStatement:
                return loop(node->as<ForInStatement>()->body);
            case NodeKind::ForOfStatement:
                return loop(node->as<ForOfStatement>()->body);
            case NodeKind::WhileStatement:
                return loop(node->as<WhileStatement>()->body);
            case NodeKind::DoWhileStatement:
                return loop(node->as<DoWhileStatement>()->body);
            case NodeKind::LabeledStatement: {
                labels_.push_back(node->as<LabeledStatement>()->label->name);
                const bool result = leaves(node->as<LabeledStatement>()->body);
                labels_.pop_back();
                return result;
            }
            case NodeKind::SwitchStatement: {
                ++breakable_;
                bool result = false;
                for (const auto* clause : node->as<SwitchStatement>()->cases)
                    result = result || any(clause->consequent);
                --breakable_;
                return result;
            }
            case NodeKind::TryStatement: {
                const auto& statement = *node->as<TryStatement>();
                return leaves(statement.block) || (statement.handler != nullptr && leaves(statement.handler->body)) ||
                       leaves(statement.finalizer);
            }
            default:
                return false;
        }
    }

private:
    bool any(List<Statement> list) {
        return std::any_of(list.begin(), list.end(), [&](const Node* statement) { return leaves(statement); });
    }
    bool loop(const Node* body) {
        ++breakable_;
        ++loops_;
        const bool result = leaves(body);
        --breakable_;
        --loops_;
        return result;
    }
    bool inside(std::string_view label) const {
        return std::find(labels_.begin(), labels_.end(), label) != labels_.end();
    }

    int breakable_ = 0;
    int loops_ = 0;
    std::vector<std::string_view> labels_;
};

}  // namespace

void Emitter::leave(PendingExit::Kind kind, const Identifier* label) {
    const bool breaks = kind == PendingExit::Kind::break_;
    bool crossed = false;
    std::vector<std::string> to_close;
    for (std::size_t i = frame_->targets.size(); i-- > 0;) {
        Target& target = frame_->targets[i];
        bool matches;
        if (label != nullptr) {
            matches = std::find(target.labels.begin(), target.labels.end(), label->name) != target.labels.end();
        } else {
            matches = target.kind == Target::Kind::loop || (breaks && target.kind == Target::Kind::switch_);
        }
        if (breaks && target.only_continue) continue;
        if (matches) {
            if (breaks && !target.iterator.empty()) to_close.push_back(target.iterator);
            if (!to_close.empty()) put('{');
            for (const std::string& iterator : to_close) {
                call_support("$k_close");
                put(iterator + ");");
            }
            if (target.break_state >= 0) {
                go(breaks ? target.break_state : target.continue_state, target.handler);
            } else if (!breaks && !target.continue_block.empty()) {
                target.continue_block_used = true;
                put("break " + target.continue_block + ';');
            } else {
                put(breaks ? "break" : "continue");
                if (crossed || (breaks && target.kind == Target::Kind::block)) put(' ' + label_of(target));
                put(';');
            }
            if (!to_close.empty()) put('}');
            return;
        }
        if (target.record != nullptr) {
            FinallyRecord& record = *target.record;
            auto known = std::find_if(record.exits.begin(), record.exits.end(), [&](const PendingExit& exit) {
                return exit.kind == kind && (exit.label == nullptr) == (label == nullptr) &&
                       (label == nullptr || exit.label->name == label->name);
            });
            const std::size_t number = static_cast<std::size_t>(known - record.exits.begin());
            if (known == record.exits.end()) record.exits.push_back({kind, label});
            put('{');
            for (const std::string& iterator : to_close) {
                call_support("$k_close");
                put(iterator + ");");
            }
            put(record.kind + '=' + std::to_string(number + 3) + ';');
            if (record.state >= 0) {
                go(record.state, record.handler);
            } else {
                put("break " + record.label + ';');
            }
            put('}');
            return;
        }
        if (!target.iterator.empty()) to_close.push_back(target.iterator);
        if (target.kind == Target::Kind::loop || target.kind == Target::Kind::barrier ||
            (breaks && target.kind == Target::Kind::switch_)) {
            crossed = true;
        }
    }
}

bool Emitter::has_line_end(std::uint32_t from, std::uint32_t to) const {
    const std::string_view text = program_.source.substr(from, to > from ? to - from : 0);
    return text.find_first_of("\n\r\xe2") != std::string_view::npos;
}

void Emitter::return_statement(std::uint32_t from, const Node* argument) {
    if (argument == nullptr) {
        return_value({}, false);
        return;
    }
    // A line end behind the keyword would end the statement.
    return_value(captured(*argument, Precedence::assignment), has_line_end(from, argument->start));
}

void Emitter::return_value(const std::string& raw_value, bool parentheses) {
    std::string value = raw_value;
    FunctionInfo& info = *frame_->info;
    if (info.kind == FunctionKind::derived_constructor) {
        if (value.empty()) {
            value = initialised_this(info);
        } else {
            value = std::string(use("$k_derived_result")) + "((" + value + ")," + generated('t', info.id) + ')';
        }
        parentheses = false;
    }
    std::vector<std::string> to_close;
    FinallyRecord* record = nullptr;
    for (std::size_t i = frame_->targets.size(); i-- > 0 && record == nullptr;) {
        Target& target = frame_->targets[i];
        if (!target.iterator.empty()) to_close.push_back(target.iterator);
        record = target.record;
    }
    if (to_close.empty() && record == nullptr && frame_->machine != nullptr) {
        put("return ");
        call_support("$k_return");
        put((value.empty() ? "void 0" : value) + ");");
        return;
    }
    if (to_close.empty() && record == nullptr) {
        put("return");
        if (!value.empty()) {
            put(parentheses ? '(' : ' ');
            put(value);
            if (parentheses) put(')');
        }
        put(';');
        return;
    }
    put('{');
    std::optional<Temporary> kept;
    std::string result = value.empty() ? "" : record != nullptr ? record->value : "";
    if (!value.empty() && record == nullptr) {
        kept.emplace(*this);
        result = kept->name();
    }
    if (record != nullptr) {
        put(record->value + '=' + (value.empty() ? "void 0" : value) + ';');
    } else if (!value.empty()) {
        put(result + '=' + value + ';');
    }
    for (const std::string& iterator : to_close) {
        call_support("$k_close");
        put(iterator + ");");
    }
    if (record != nullptr) {
        put(record->kind + "=1;");
        if (record->state >= 0) {
            go(record->state, record->handler);
        } else {
            put("break " + record->label + ';');
        }
        put('}');
    } else if (frame_->machine != nullptr) {
        put("return ");
        call_support("$k_return");
        put((result.empty() ? "void 0" : result) + ");}");
    } else {
        put("return");
        if (!result.empty()) put(' ' + result);
        put(";}");
    }
}

void Emitter::throw_statement(const ThrowStatement& node) {
    const bool parentheses = has_line_end(node.start, node.argument->start);
    put(parentheses ? "throw(" : "throw ");
    expression(*node.argument);
    put(parentheses ? ");" : ";");
}

// ---- try ----

void Emitter::catch_clause(const CatchClause& node) {
    if (node.param == nullptr) {
        put("catch(" + next_generated('e') + "){");
        block(node.body->body, *node.body);
    } else if (node.param->is<Identifier>() && !analysis_.binding_of(*node.param)->is_member) {
        put("catch(");
        mark(*node.param);
        put(analysis_.binding_of(*node.param)->code + "){");
        block(node.body->body, *node.body);
    } else {
        const std::string error = next_generated('e');
        put("catch(" + error + "){");
        const std::vector<Binding*> own = own_environments(analysis_.scope_of(node));
        for (const Binding* binding : own) open_environment(*binding, "void 0");
        if (frame_->machine != nullptr) open_environment_object(analysis_.scope_of(node));
        declare_pattern(*node.param);
        Items items(*this);
        pattern_element(*node.param, error, true, items);
        put(';');
        block(node.body->body, *node.body);
        close_environments(own.size());
    }
    put('}');
}

void Emitter::try_block(const TryStatement& node) {
    put("try{");
    block(node.block->body, *node.block);
    put('}');
    if (node.handler != nullptr) {
        mark(*node.handler);
        catch_clause(*node.handler);
    }
}

void Emitter::try_statement(const TryStatement& node) {
    if (node.finalizer != nullptr && LeavingSearch().leaves(node.finalizer)) {
        try_with_leaving_finally(node);
        return;
    }
    try_block(node);
    if (node.finalizer != nullptr) {
        mark(*node.finalizer);
        put("finally{");
        block(node.finalizer->body, *node.finalizer);
        put('}');
    }
}

/// A `finally` block that may leave by itself: the engine would forget a value on its stack, which a for-in loop around
/// takes for its own. So the block comes behind the try statement, and what was to happen is done after it.
void Emitter::try_with_leaving_finally(const TryStatement& node) {
    const Temporary kind(*this);
    const Temporary value(*this);
    FinallyRecord record;
    record.kind = kind.name();
    record.value = value.name();
    record.label = next_generated('l');
    put(record.kind + "=0;" + record.label + ":{try{");
    Target barrier;
    barrier.kind = Target::Kind::block;
    barrier.record = &record;
    with_target(std::move(barrier), [&] {
        if (node.handler != nullptr) {
            try_block(node);
        } else {
            block(node.block->body, *node.block);
        }
    });
    const std::string error = next_generated('e');
    put("}catch(" + error + "){" + record.kind + "=2;" + record.value + '=' + error + ";}}");
    mark(*node.finalizer);
    put('{');
    block(node.finalizer->body, *node.finalizer);
    put('}');
    put("if(" + record.kind + "===2)throw " + record.value + ';');
    put("if(" + record.kind + "===1)");
    return_value(record.value, false);
    for (std::size_t i = 0; i < record.exits.size(); ++i) {
        put("if(" + record.kind + "===" + std::to_string(i + 3) + ')');
        leave(record.exits[i].kind, record.exits[i].label);
    }
}

}  // namespace k6::js::lower
