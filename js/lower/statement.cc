// Statements. A block-scoped variable becomes a variable of its function under a name of its own. Where functions made
// in several rounds of a loop must each see their round's variable, the round's statements run in the environment of a
// catch clause:
//
//   for (const x of list) later(() => x);     for (…) { try { throw $1[$2] } catch (x) { later(function () {…}) } }
//
// so break, continue, return and this stay what they are.
#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

constexpr std::size_t max_else_if = 100;
constexpr std::string_view guard_rounds = "9999";

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

bool is_executable(const Node& statement) {
    switch (statement.kind) {
        case NodeKind::FunctionDeclaration:
        case NodeKind::EmptyStatement:
        case NodeKind::DebuggerStatement:
            return false;
        default:
            return true;
    }
}

}  // namespace

// ---- Lists and blocks ----

std::vector<Binding*> Emitter::own_environments(const Scope* scope) const {
    std::vector<Binding*> result;
    if (scope == nullptr || frame_->machine != nullptr) return result;
    for (Binding* binding : scope->bindings)
        if (binding->needs_own_environment()) result.push_back(binding);
    return result;
}

void Emitter::open_environment(const Binding& binding, std::string_view value) {
    put("try{throw ");
    put(value);
    put("}catch(" + binding.code + "){");
}

void Emitter::statements(List<Statement> list) {
    bool executed = false;
    for (const Node* node : list) {
        if (node->kind == NodeKind::FunctionDeclaration && node->as<Function>()->function_id != nullptr) {
            const Binding* binding = analysis_.binding_of(*node->as<Function>()->function_id);
            if (!binding->scope->top && executed && binding->first_reference < node->start) {
                hoisted_block(list);
                return;
            }
        }
        executed = executed || is_executable(*node);
    }
    for (const Node* node : list) statement(*node);
}

/// A block whose functions are used before they come in the text: a first round of a loop makes the functions, a
/// second one does the rest, so that all stays on its line.
void Emitter::hoisted_block(List<Statement> list) {
    const Temporary round(*this);
    put("for(" + round.name() + "=0;" + round.name() + "<2;++" + round.name() + "){");
    Target barrier;
    barrier.kind = Target::Kind::barrier;
    with_target(std::move(barrier), [&] {
        for (std::size_t i = 0; i < list.size();) {
            const bool functions = list[i]->kind == NodeKind::FunctionDeclaration;
            put((functions ? "if(!" : "if(") + round.name() + "){");
            for (; i < list.size() && (list[i]->kind == NodeKind::FunctionDeclaration) == functions; ++i)
                statement(*list[i]);
            put('}');
        }
    });
    put('}');
}

void Emitter::block(List<Statement> list, const Node& node) {
    const std::vector<Binding*> own = own_environments(analysis_.scope_of(node));
    for (const Binding* binding : own) open_environment(*binding, "void 0");
    if (frame_->machine != nullptr) open_environment_object(analysis_.scope_of(node));
    statements(list);
    close_environments(own.size());
}

void Emitter::body(const Node& node) {
    if (const auto* block_node = node.try_as<BlockStatement>()) {
        block(block_node->body, node);
    } else {
        statement(node);
    }
}

void Emitter::effect_statement(const Node& node) {
    const std::size_t start = here();
    effect(node);
    const std::string_view text = std::string_view(out_).substr(skip_marks(out_, start));
    if (text.starts_with("function") || text.starts_with('{')) {
        insert(start, "(");
        put(')');
    }
    put(';');
}

void Emitter::statement(const Node& node) {
    mark(node);
    switch (node.kind) {
        case NodeKind::BlockStatement:
            put('{');
            block(node.as<BlockStatement>()->body, node);
            put('}');
            break;
        case NodeKind::EmptyStatement:
        case NodeKind::DebuggerStatement:
            break;
        case NodeKind::ExpressionStatement: {
            const auto& expression_statement = *node.as<ExpressionStatement>();
            if (expression_statement.directive || expression_statement.expression->is<StringLiteral>()) break;
            effect_statement(*expression_statement.expression);
            break;
        }
        case NodeKind::VariableDeclaration:
            variable_declaration(*node.as<VariableDeclaration>());
            break;
        case NodeKind::FunctionDeclaration:
            function_declaration(*node.as<Function>());
            break;
        case NodeKind::ClassDeclaration:
            class_declaration(*node.as<Class>());
            break;
        case NodeKind::IfStatement:
            if_statement(*node.as<IfStatement>());
            break;
        case NodeKind::ForStatement:
            for_statement(*node.as<ForStatement>());
            break;
        case NodeKind::ForInStatement:
            for_in_statement(*node.as<ForInStatement>());
            break;
        case NodeKind::ForOfStatement:
            for_of_statement(*node.as<ForOfStatement>());
            break;
        case NodeKind::WhileStatement: {
            const std::size_t start = here();
            const Target target = with_target(loop_target(), [&] {
                put("while(");
                expression(*node.as<WhileStatement>()->test);
                put("){");
                guard();
                body(*node.as<WhileStatement>()->body);
                put('}');
            });
            if (!target.name.empty()) insert(start, target.name + ':');
            break;
        }
        case NodeKind::DoWhileStatement: {
            const std::size_t start = here();
            const Target target = with_target(loop_target(), [&] {
                put("do{");
                guard();
                body(*node.as<DoWhileStatement>()->body);
                put("}while(");
                expression(*node.as<DoWhileStatement>()->test);
                put(");");
            });
            if (!target.name.empty()) insert(start, target.name + ':');
            break;
        }
        case NodeKind::ContinueStatement:
            leave(PendingExit::Kind::continue_, node.as<ContinueStatement>()->label);
            break;
        case NodeKind::BreakStatement:
            leave(PendingExit::Kind::break_, node.as<BreakStatement>()->label);
            break;
        case NodeKind::ReturnStatement:
            return_statement(node.start, node.as<ReturnStatement>()->argument);
            break;
        case NodeKind::ThrowStatement:
            throw_statement(*node.as<ThrowStatement>());
            break;
        case NodeKind::TryStatement:
            try_statement(*node.as<TryStatement>());
            break;
        case NodeKind::SwitchStatement:
            switch_statement(*node.as<SwitchStatement>());
            break;
        case NodeKind::LabeledStatement:
            labeled_statement(*node.as<LabeledStatement>());
            break;
        case NodeKind::WithStatement:
            unsupported(node, "with is");
            break;
        case NodeKind::TsEnumDeclaration:
            enum_declaration(*node.as<TsEnumDeclaration>());
            break;
        case NodeKind::TsNamespaceDeclaration:
            namespace_declaration(*node.as<TsNamespaceDeclaration>());
            break;
        default:
            module_statement(node);
            break;
    }
}

// ---- Declarations ----

bool Emitter::can_declare_in_place(const Binding& binding) const {
    return !binding.is_member && !binding.needs_own_environment() && !frame_->hoists_variables;
}

void Emitter::declarator(const VariableDeclarator& node, const VariableDeclaration& declaration, bool& in_list) {
    const auto end_list = [&] {
        if (in_list) put(';');
        in_list = false;
    };
    if (!node.target->is<Identifier>()) {
        end_list();
        declare_pattern(*node.target);
        Items items(*this);
        if (!swap_pattern(*node.target, *node.init, true, items)) pattern_of(*node.target, *node.init, true, items);
        put(';');
        return;
    }
    const auto& name = *node.target->as<Identifier>();
    const Binding* binding = analysis_.binding_of(name);
    const bool lexical = declaration.declaration_kind != DeclarationKind::var;
    const bool in_place = can_declare_in_place(*binding);
    // A variable of a loop's body is undefined again in every round; one that a function may read too early, and an
    // exported one, gets its value now.
    const bool needs_value =
        node.init != nullptr || (lexical && ((binding->scope->repeats && !binding->needs_own_environment()) ||
                                             binding->tdz_checked || !binding->exported_as.empty()));
    if (in_place) {
        put(in_list ? "," : "var ");
        in_list = true;
        mark(name);
        if (!needs_value) {
            put(binding->code);
            return;
        }
    } else {
        end_list();
        if (!binding->is_member && !binding->needs_own_environment()) declare(binding->code);
        if (!needs_value) return;
        mark(name);
    }
    store_prefix(*binding);
    if (node.init != nullptr) {
        named_expression(*node.init, Precedence::assignment, name.name, binding);
    } else {
        put("void 0");
    }
    if (!in_place) put(';');
}

void Emitter::variable_declaration(const VariableDeclaration& node) {
    bool in_list = false;
    for (const auto* one : node.declarators) declarator(*one, node, in_list);
    if (in_list) put(';');
}

void Emitter::function_declaration(const Function& node) {
    const Binding& binding = *analysis_.binding_of(*node.function_id);
    if (binding.scope->top && !frame_->hoists_variables) {
        function(node, FunctionForm::declaration, binding.code, &binding);
        return;
    }
    if (can_declare_in_place(binding)) {
        put("var ");
    } else if (!binding.needs_own_environment()) {
        declare(binding.code);
    }
    store_prefix(binding);
    function(node, FunctionForm::expression, binding.assigned ? std::string() : binding.code, &binding);
    put(';');
}

void Emitter::class_declaration(const Class& node) {
    const Binding& binding = *analysis_.binding_of(*node.class_id);
    if (can_declare_in_place(binding)) {
        put("var ");
    } else if (!binding.needs_own_environment()) {
        declare(binding.code);
    }
    store_prefix(binding);
    class_expression(node, binding.name, &binding);
    put(';');
}

// ---- Branches ----

void Emitter::if_statement(const IfStatement& node) {
    std::size_t length = 0;
    for (const Node* next = &node; next != nullptr && next->is<IfStatement>();
         next = next->as<IfStatement>()->alternate)
        ++length;
    const Node* next = &node;
    if (length <= max_else_if) {
        while (next != nullptr && next->is<IfStatement>()) {
            const auto& branch = *next->as<IfStatement>();
            put("if(");
            expression(*branch.test);
            put("){");
            body(*branch.consequent);
            put('}');
            next = branch.alternate;
            if (next == nullptr) return;
            put("else ");
            mark(*next);
        }
        put('{');
        body(*next);
        put('}');
        return;
    }
    // Nested this deep, the engine would refuse it.
    const std::string label = next_generated('l');
    put(label + ":{");
    while (next != nullptr && next->is<IfStatement>()) {
        const auto& branch = *next->as<IfStatement>();
        mark(branch);
        put("if(");
        expression(*branch.test);
        put("){");
        body(*branch.consequent);
        put("break " + label + ";}");
        next = branch.alternate;
    }
    if (next != nullptr) body(*next);
    put('}');
}

/// The functions that a switch declares are made before it, as any clause may use them.
void Emitter::hoisted_functions(const SwitchStatement& node) {
    for (const auto* clause : node.cases) {
        for (const Node* inner : clause->consequent) {
            if (inner->kind == NodeKind::FunctionDeclaration) function_declaration(*inner->as<Function>());
        }
    }
}

void Emitter::switch_statement(const SwitchStatement& node) {
    const std::vector<Binding*> own = own_environments(analysis_.scope_of(node));
    for (const Binding* binding : own) open_environment(*binding, "void 0");
    if (frame_->machine != nullptr) open_environment_object(analysis_.scope_of(node));
    hoisted_functions(node);
    const std::size_t start = here();
    Target target;
    target.kind = Target::Kind::switch_;
    target.labels = std::exchange(frame_->labels, {});
    target = with_target(std::move(target), [&] {
        put("switch(");
        expression(*node.discriminant);
        put("){");
        for (const auto* clause : node.cases) {
            mark(*clause);
            if (clause->test != nullptr) {
                put("case ");
                expression(*clause->test);
                put(':');
            } else {
                put("default:");
            }
            for (const Node* inner : clause->consequent)
                if (inner->kind != NodeKind::FunctionDeclaration) statement(*inner);
        }
        put('}');
    });
    if (!target.name.empty()) insert(start, target.name + ':');
    close_environments(own.size());
}

void Emitter::labeled_statement(const LabeledStatement& node) {
    frame_->labels.push_back(node.label->name);
    switch (node.body->kind) {
        case NodeKind::LabeledStatement:
        case NodeKind::ForStatement:
        case NodeKind::ForInStatement:
        case NodeKind::ForOfStatement:
        case NodeKind::WhileStatement:
        case NodeKind::DoWhileStatement:
        case NodeKind::SwitchStatement:
            statement(*node.body);
            return;
        default:
            break;
    }
    Target target;
    target.kind = Target::Kind::block;
    target.labels = std::exchange(frame_->labels, {});
    const std::size_t start = here();
    target = with_target(std::move(target), [&] {
        put('{');
        statement(*node.body);
        put('}');
    });
    if (!target.name.empty()) insert(start, target.name + ':');
}

// ---- Loops ----

Emitter::Target Emitter::loop_target() {
    Target target;
    target.kind = Target::Kind::loop;
    target.labels = std::exchange(frame_->labels, {});
    return target;
}

const std::string& Emitter::label_of(Target& target) {
    if (target.name.empty()) target.name = next_generated('l');
    return target.name;
}

void Emitter::guard() {
    if (!options_.guard_loops) return;
    frame_->uses_guard = true;
    const std::string counter = analysis_.sigil() + 'g';
    put("if(++" + counter + '>' + std::string(guard_rounds) + ')' + counter + '=');
    call_support("$k_tick");
    put(");");
}

void Emitter::for_init(const Node& init) {
    const auto* declaration = init.try_as<VariableDeclaration>();
    if (declaration == nullptr) {
        effect(init);
        return;
    }
    const bool in_place =
        std::all_of(declaration->declarators.begin(), declaration->declarators.end(), [&](const auto* d) {
            return d->target->template is<Identifier>() && can_declare_in_place(*analysis_.binding_of(*d->target));
        });
    const bool lexical = declaration->declaration_kind != DeclarationKind::var;
    if (in_place) put("var ");
    Items items(*this);
    for (const auto* one : declaration->declarators) {
        if (!one->target->is<Identifier>()) {
            declare_pattern(*one->target);
            pattern_of(*one->target, *one->init, true, items);
            continue;
        }
        const Binding& binding = *analysis_.binding_of(*one->target);
        if (!in_place && !binding.is_member) declare(binding.code);
        if (one->init == nullptr && !(lexical && binding.scope->repeats)) {
            if (in_place) {
                items.next();
                put(binding.code);
            }
            continue;
        }
        items.next();
        mark(*one->target);
        store_prefix(binding);
        if (one->init != nullptr) {
            named_expression(*one->init, Precedence::assignment, binding.name, &binding);
        } else {
            put("void 0");
        }
    }
}

void Emitter::for_statement(const ForStatement& node) {
    const std::vector<Binding*> own = own_environments(analysis_.scope_of(node));
    if (!own.empty()) {
        for_statement_in_environments(node, own);
        return;
    }
    const std::size_t start = here();
    const Target target = with_target(loop_target(), [&] {
        put("for(");
        if (node.init != nullptr) for_init(*node.init);
        put(';');
        if (node.test != nullptr) expression(*node.test);
        put(';');
        if (node.update != nullptr) effect(*node.update);
        put("){");
        guard();
        body(*node.body);
        put('}');
    });
    if (!target.name.empty()) insert(start, target.name + ':');
}

/// A `for` loop some of whose variables are seen by functions: each round works on variables of its own, which get
/// their values from those of the head and hand them back at the end.
void Emitter::for_statement_in_environments(const ForStatement& node, const std::vector<Binding*>& own) {
    const bool functions_in_head = analysis_.has_functions_in_head(node);
    std::vector<std::string> round_names;
    std::vector<std::string> head_names;
    for (Binding* binding : own) {
        round_names.push_back(binding->code);
        head_names.push_back(analysis_.unique_name(binding->name));
    }
    const auto use_names = [&](const std::vector<std::string>& names) {
        for (std::size_t i = 0; i < own.size(); ++i) own[i]->code = names[i];
    };
    std::optional<Temporary> started;
    if (functions_in_head) started.emplace(*this);
    const std::size_t start = here();
    Target loop = loop_target();
    loop.continue_block = next_generated('l');
    const Target target = with_target(std::move(loop), [&] {
        put("for(");
        use_names(head_names);
        const std::string init = capture([&] {
            if (node.init != nullptr) for_init(*node.init);
        });
        // for_init leaves variables with an environment of their own alone, as their declaration is here.
        put(init);
        for (const std::string& name : head_names) declare(name);
        if (functions_in_head) {
            if (!init.empty()) put(',');
            put(started->name() + "=0;;){");
            use_names(round_names);
        } else {
            put(';');
            if (node.test != nullptr) expression(*node.test);
            put(';');
            if (node.update != nullptr) effect(*node.update);
            put("){");
            use_names(round_names);
        }
        guard();
        for (std::size_t i = 0; i < own.size(); ++i) open_environment(*own[i], head_names[i]);
        if (functions_in_head) {
            put("if(" + started->name() + "){");
            if (node.update != nullptr) {
                effect(*node.update);
                put(';');
            }
            put("}else " + started->name() + "=1;");
            if (node.test != nullptr) {
                put("if(!(");
                expression(*node.test);
                put("))break;");
            }
        }
        bool copies = functions_in_head;
        for (const Binding* binding : own) copies = copies || binding->assigned_in_body;
        const std::size_t inner = here();
        if (!copies) frame_->targets.back().continue_block.clear();
        put('{');
        body(*node.body);
        put('}');
        if (frame_->targets.back().continue_block_used) insert(inner, frame_->targets.back().continue_block + ':');
        if (copies) {
            for (std::size_t i = 0; i < own.size(); ++i)
                if (functions_in_head || own[i]->assigned_in_body) put(head_names[i] + '=' + own[i]->code + ';');
        }
        close_environments(own.size());
        put('}');
    });
    if (!target.name.empty()) insert(start, target.name + ':');
}

std::size_t Emitter::loop_variable(const Node& loop, const Node& left, const std::string& value) {
    const auto* declaration = left.try_as<VariableDeclaration>();
    if (declaration == nullptr) {
        Items items(*this);
        pattern_element(left, value, false, items);
        put(';');
        return 0;
    }
    const Node& target = *declaration->declarators[0]->target;
    const std::vector<Binding*> own = own_environments(analysis_.scope_of(loop));
    if (target.is<Identifier>()) {
        const Binding& binding = *analysis_.binding_of(target);
        if (!own.empty()) {
            mark(target);
            open_environment(binding, value);
            return 1;
        }
        if (can_declare_in_place(binding)) {
            put("var ");
        } else if (!binding.is_member) {
            declare(binding.code);
        }
        mark(target);
        store(binding, value);
        put(';');
        return 0;
    }
    for (const Binding* binding : own) open_environment(*binding, "void 0");
    declare_pattern(target);
    Items items(*this);
    pattern_element(target, value, true, items);
    put(';');
    return own.size();
}

void Emitter::for_in_statement(const ForInStatement& node) {
    const Temporary key(*this);
    const std::size_t start = here();
    const Target target = with_target(loop_target(), [&] {
        put("for(");
        // The engine's own loop variable, if ours is a plain one.
        const auto* declaration = node.left->try_as<VariableDeclaration>();
        const Node& left = declaration != nullptr ? *declaration->declarators[0]->target : *node.left;
        const Binding* binding = left.is<Identifier>() ? analysis_.binding_of(left) : nullptr;
        const bool plain = binding != nullptr && is_plain_variable(*binding) && !binding->needs_own_environment() &&
                           (declaration != nullptr || !binding->is_read_only()) && !analysis_.is_uninitialised(left) &&
                           !analysis_.needs_check(left);
        if (plain) {
            mark(left);
            if (declaration != nullptr && can_declare_in_place(*binding)) {
                put("var ");
            } else if (declaration != nullptr) {
                declare(binding->code);
            }
            put(binding->code);
        } else {
            put(key.name());
        }
        put(" in ");
        expression(*node.right);
        put("){");
        const std::size_t environments = plain ? 0 : loop_variable(node, *node.left, key.name());
        body(*node.body);
        close_environments(environments);
        put('}');
    });
    if (!target.name.empty()) insert(start, target.name + ':');
}

Emitter::Iterable Emitter::iterable_kind(const Node& node) const {
    if (node.is<ArrayExpression>()) return Iterable::array;
    const auto* call = node.try_as<CallExpression>();
    const auto* member = call != nullptr ? call->callee->try_as<MemberExpression>() : nullptr;
    if (member == nullptr || member->computed || !member->property->is<Identifier>()) return Iterable::unknown;
    const std::string_view name = member->property->as<Identifier>()->name;
    const bool of_object = member->object->is<Identifier>() && analysis_.binding_of(*member->object) == nullptr &&
                           member->object->as<Identifier>()->name == "Object";
    if (of_object && (name == "keys" || name == "values" || name == "entries")) return Iterable::array;
    static constexpr std::string_view array_methods[] = {"concat",  "filter", "flat", "flatMap", "map",  "match",
                                                         "reverse", "slice",  "sort", "splice",  "split"};
    return std::find(std::begin(array_methods), std::end(array_methods), name) != std::end(array_methods)
               ? Iterable::probably_array
               : Iterable::unknown;
}

void Emitter::for_of_statement(const ForOfStatement& node) {
    if (node.is_await) unsupported(node, "for await is");
    // Arrays are walked as they are; $k_of makes something that looks like an array of everything else. A loop that is
    // left early, by an error as well, has to close that; behind its end the index is -1.
    const Temporary list(*this);
    const Temporary index(*this);
    const Iterable iterable = iterable_kind(*node.right);
    if (iterable == Iterable::unknown) put("try{");
    const std::size_t start = here();
    Target loop = loop_target();
    if (iterable == Iterable::probably_array) loop.iterator = list.name();
    if (iterable == Iterable::unknown) loop.break_iterator = list.name();
    const Target target = with_target(std::move(loop), [&] {
        put("for(" + list.name() + '=');
        call_support("$k_of");
        expression(*node.right, Precedence::assignment);
        put(")," + index.name() + "=0;" + index.name() + '<' + list.name() + ".length;++" + index.name() + "){");
        if (iterable == Iterable::unknown) guard();
        const std::size_t environments = loop_variable(node, *node.left, list.name() + '[' + index.name() + ']');
        body(*node.body);
        close_environments(environments);
        put('}');
    });
    if (!target.name.empty()) insert(start, target.name + ':');
    if (iterable == Iterable::unknown) {
        put(index.name() + "=-1;}finally{if(" + index.name() + ">=0)");
        call_support("$k_close");
        put(list.name() + ");}");
    }
}

// ---- Leaving ----

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
        if (matches) {
            if (breaks && !target.iterator.empty()) to_close.push_back(target.iterator);
            if (breaks && !target.break_iterator.empty()) to_close.push_back(target.break_iterator);
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
