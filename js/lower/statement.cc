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

void Emitter::mark_uninitialised(const std::vector<Binding*>& bindings, bool of_function) {
    for (const Binding* binding : bindings) {
        if (!binding->tdz_checked || binding->scope->top != of_function) continue;
        if (!binding->is_member && !binding->needs_own_environment()) declare(binding->code);
        put(binding->code + '=' + std::string(use("$k_uninitialised")) + ';');
    }
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
    if (const Scope* scope = analysis_.scope_of(node)) mark_uninitialised(scope->bindings, false);
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
        function(node, FunctionForm::declaration, binding.code, binding.name);
        return;
    }
    if (can_declare_in_place(binding)) {
        put("var ");
    } else if (!binding.needs_own_environment()) {
        declare(binding.code);
    }
    store_prefix(binding);
    const bool plain = !binding.assigned && !binding.is_member;
    function(node, FunctionForm::expression, plain ? binding.code : "$k_f_" + encoded_name(binding.name), binding.name);
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
    if (const Scope* scope = analysis_.scope_of(node)) mark_uninitialised(scope->bindings, false);
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

}  // namespace k6::js::lower
