// Resumable functions: generators and async functions.
//
//   function* f(a) { const x = yield a; return x }
//
//   function f(a) {
//       var x, $s = 0;
//       return $k_generator(function ($d, $v) {
//           for (;;) switch ($s) {
//               case 0: $s = 1; return a;
//               case 1: if ($d === 1) throw $v; if ($d === 2) return $k_return($v);
//                   x = $v; return $k_return(x);
//           }
//       });
//   }
//
// An async function runs its inner one itself, so that calls among async functions take no C stack:
//
//   var $k = $k_begin(), $f = function ($d, $v) {…};
//   try { return $k_async($k, $f, $f(0)) } catch ($e) { return $k_rejected($e, $k) }
//
// The inner function runs up to the next suspension and returns the value to yield or await; $d says how it is resumed
// (0 next, 1 throw, 2 return), $v with what. Its last call returns what $k_return gives. Variables belong to the outer
// function, so they live on.
//
// Statements in which nothing suspends are written as in any other function. An expression that suspends is taken
// apart: its parts up to the suspension become statements, what they leave behind is kept in variables ($w1, …), and
// a new expression without suspensions takes its place. Errors inside of a try statement with suspensions go to the
// state whose number is in $h.
#include <algorithm>

#include "js/lower/children.h"
#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

bool is_loop_with_scope(const Node& node) {
    return node.is<ForStatement>() || node.is<ForInStatement>() || node.is<ForOfStatement>();
}

bool is_function(const Node& statement) {
    const Node* node = &statement;
    if (const auto* named = node->try_as<ExportNamedDeclaration>())
        node = named->declaration;
    else if (const auto* exported = node->try_as<ExportDefaultDeclaration>())
        node = exported->declaration;
    return node != nullptr && node->kind == NodeKind::FunctionDeclaration;
}

}  // namespace

// ---- The machine ----

/// Marks the nodes that cannot be written as plain code: those that suspend, and loops whose variables need an
/// environment per round.
void Emitter::mark_suspending(const Node& root, Machine& machine) const {
    struct Entry {
        const Node* node;
        std::size_t parent;
    };
    std::vector<Entry> entries{{&root, 0}};
    std::vector<std::size_t> marked;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Node& node = *entries[i].node;
        if (i != 0 && node.is<Function>()) continue;
        bool suspends = node.is<AwaitExpression>() || node.is<YieldExpression>();
        // An async generator awaits what it returns.
        if (machine.is_async && machine.is_generator)
            suspends = suspends || (node.is<ReturnStatement>() && node.as<ReturnStatement>()->argument != nullptr);
        if (is_loop_with_scope(node)) {
            if (const Scope* scope = analysis_.scope_of(node)) suspends = suspends || environments_.contains(scope);
            suspends = suspends || (node.is<ForOfStatement>() && node.as<ForOfStatement>()->is_await);
        }
        if (suspends) marked.push_back(i);
        if (const auto* class_node = node.try_as<Class>()) {
            if (class_node->super_class != nullptr) entries.push_back({class_node->super_class, i});
            for (const Node* member : class_node->members) {
                const auto* method = member->try_as<MethodDefinition>();
                const auto* property = member->try_as<PropertyDefinition>();
                if (method != nullptr && method->computed) entries.push_back({method->key, i});
                if (property != nullptr && property->computed) entries.push_back({property->key, i});
            }
            continue;
        }
        for_each_child(node, [&](const Node& child) { entries.push_back({&child, i}); });
    }
    machine.suspends.assign(program_.node_count, false);
    for (std::size_t i : marked) {
        for (;;) {
            const Node& node = *entries[i].node;
            if (machine.suspends[node.id]) break;
            machine.suspends[node.id] = true;
            if (i == 0) break;
            i = entries[i].parent;
        }
    }
}

/// Variables of loops that functions see become members of an object of which every round has its own.
void Emitter::give_environments(FunctionInfo& info) {
    for (Binding* binding : info.bindings) {
        if (!binding->needs_own_environment() || binding->is_member) continue;
        auto [at, inserted] = environments_.try_emplace(binding->scope);
        if (inserted) at->second = next_generated('o');
        binding->code = at->second + member_suffix(binding->name);
        binding->is_member = true;
    }
}

std::string Emitter::environment_of(const Scope* scope) const {
    const auto found = environments_.find(scope);
    return found == environments_.end() ? std::string() : found->second;
}

void Emitter::open_environment_object(const Scope* scope) {
    const std::string object = environment_of(scope);
    if (object.empty()) return;
    declare(object);
    put(object + "={};");
}

std::vector<std::string> Emitter::environments_seen_by(const FunctionInfo& info) const {
    std::vector<std::string> result;
    if (environments_.empty()) return result;
    for (const Binding* binding : info.outer_bindings) {
        if (binding->function != info_) continue;
        const std::string object = environment_of(binding->scope);
        if (!object.empty() && std::find(result.begin(), result.end(), object) == result.end())
            result.push_back(object);
    }
    return result;
}

void Emitter::machine(FunctionInfo& info, const std::string& name, const Node& root,
                      const std::function<void()>& write) {
    Machine machine;
    machine.is_async = info.is_async;
    machine.is_generator = info.is_generator;
    give_environments(info);
    mark_suspending(root, machine);
    Frame step;
    step.info = &info;
    step.outer = frame_;
    step.hoists_variables = true;
    step.machine = &machine;
    const std::string& sigil = analysis_.sigil();
    const bool starts = machine.is_async && !machine.is_generator;
    if (starts) {
        put("var " + sigil + "k=" + std::string(use("$k_begin")) + "()," + sigil + "f=");
    } else {
        put("return ");
        call_support(machine.is_async ? "$k_async_generator" : "$k_generator");
    }
    put("function" + (name.empty() ? std::string() : ' ' + name) + '(' + sigil + "d," + sigil + "v){");
    frame_ = &step;
    step.start = here();
    machine.label = next_generated('l');
    put(machine.label + ":for(;;)");
    const std::size_t body_start = here();
    put("switch(" + sigil + "s){");
    place(new_state());
    write();
    return_value({}, false);
    put('}');
    if (machine.uses_handlers) {
        insert(body_start, "try{");
        put("}catch(" + sigil + "e){if(!" + sigil + "h)throw " + sigil + "e;" + sigil + "v=" + sigil + "e;" + sigil +
            "s=" + sigil + "h;}");
        // One statement after for(;;): the try statement.
    }
    insert(step.start, prologue(step));
    if (starts) {
        put("};try{return ");
        call_support("$k_async");
        put(sigil + "k," + sigil + "f," + sigil + "f(0))}catch(" + sigil + "e){return ");
        call_support("$k_rejected");
        put(sigil + "e," + sigil + "k)}");
    } else {
        put("});");
    }
    frame_ = step.outer;
    declare(sigil + "s=0");
    if (machine.uses_handlers) declare(sigil + "h=0");
    for (std::size_t i = 1; i <= machine.most_kept; ++i) declare(generated('w', i));
}

void Emitter::resumable_body(const Function& node, FunctionInfo& info, const std::string& name) {
    std::string step_name;
    if (name.starts_with("$k_f_")) {
        step_name = name;
    } else if (is_variable_name(name) && analysis_.can_be_named(info, name, nullptr) &&
               std::none_of(info.bindings.begin(), info.bindings.end(),
                            [&](const Binding* b) { return b->code == name; })) {
        step_name = name;
    }
    machine(info, step_name, *node.body, [&] {
        if (node.has_expression_body) {
            const KeptScope kept(*this);
            const Node* value = explode(*node.body);
            return_statement(node.start, value);
        } else {
            machine_statements(node.body->as<BlockStatement>()->body, nullptr);
        }
    });
}

void Emitter::go(int state, int handler) {
    const std::string& sigil = analysis_.sigil();
    put('{');
    if (handler != frame_->machine->handler) put(sigil + "h=" + std::to_string(handler) + ';');
    put(sigil + "s=" + std::to_string(state) + ";continue " + frame_->machine->label + ";}");
}

void Emitter::set_handler(int state) {
    frame_->machine->handler = state;
    frame_->machine->uses_handlers = true;
    put(analysis_.sigil() + "h=" + std::to_string(state) + ';');
}

void Emitter::await_value(const std::string& value) {
    const std::string& sigil = analysis_.sigil();
    const int state = new_state();
    put(sigil + "s=" + std::to_string(state) + ";return ");
    if (frame_->machine->is_generator) {
        call_support("$k_await");
        put(value + ");");
    } else {
        put(value + ';');
    }
    place(state);
    put("if(" + sigil + "d)throw " + sigil + "v;");
}

void Emitter::yield_value(const std::string& value) {
    const std::string& sigil = analysis_.sigil();
    if (frame_->machine->is_async) await_value(value);
    const int state = new_state();
    put(sigil + "s=" + std::to_string(state) + ";return " + (frame_->machine->is_async ? sigil + 'v' : value) + ';');
    place(state);
    put("if(" + sigil + "d===1)throw " + sigil + "v;");
    if (!frame_->machine->is_async) {
        put("if(" + sigil + "d===2)");
        return_value(sigil + 'v', false);
        return;
    }
    const int next = new_state();
    put("if(" + sigil + "d!==2)");
    go(next);
    await_value(sigil + 'v');
    return_value(sigil + 'v', false);
    place(next);
}

// ---- Statements ----

void Emitter::machine_statements(List<Statement> list, const Node* scope_node) {
    if (const Scope* scope = scope_node != nullptr ? analysis_.scope_of(*scope_node) : nullptr) {
        open_environment_object(scope);
        mark_uninitialised(scope->bindings, false);
    }
    // Functions that come after other statements are made first all the same: control goes there and back.
    std::vector<std::pair<std::size_t, std::size_t>> late;
    bool executed = false;
    for (std::size_t i = 0; i < list.size();) {
        const bool function_here = is_function(*list[i]);
        if (function_here && executed) {
            if (!late.empty() && late.back().second == i) {
                ++late.back().second;
            } else {
                late.emplace_back(i, i + 1);
            }
        }
        executed = executed || !function_here;
        ++i;
    }
    std::vector<int> states;
    int start = -1;
    if (!late.empty()) {
        for (std::size_t i = 0; i < late.size(); ++i) states.push_back(new_state());
        start = new_state();
    }
    std::size_t next_late = 0;
    bool started = false;
    const auto begin = [&] {
        if (!late.empty()) {
            go(states[0]);
            place(start);
        }
        if (list.data() == program_.body.data()) run_requests();
        started = true;
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
        // Functions at the very start have been made; now for the others.
        if (!started && !is_function(*list[i])) begin();
        if (next_late < late.size() && i == late[next_late].first) {
            const int after = new_state();
            go(after);
            place(states[next_late]);
            for (; i < late[next_late].second; ++i) machine_statement(*list[i]);
            --i;
            go(next_late + 1 < late.size() ? states[next_late + 1] : start);
            place(after);
            ++next_late;
            continue;
        }
        machine_statement(*list[i]);
    }
    if (!started) begin();
}

void Emitter::machine_body(const Node& node) {
    if (const auto* block_node = node.try_as<BlockStatement>()) {
        machine_statements(block_node->body, &node);
    } else {
        machine_statement(node);
    }
}

void Emitter::machine_statement(const Node& node) {
    if (!suspends(node)) {
        statement(node);
        return;
    }
    mark(node);
    const KeptScope kept(*this);
    switch (node.kind) {
        case NodeKind::ExpressionStatement: {
            const Node* rest = explode(*node.as<ExpressionStatement>()->expression);
            if (rest->is<Identifier>()) break;
            auto* result = copy_of(*node.as<ExpressionStatement>());
            result->expression = const_cast<Node*>(rest);
            statement(*result);
            break;
        }
        case NodeKind::VariableDeclaration:
            machine_declaration(*node.as<VariableDeclaration>());
            break;
        case NodeKind::ReturnStatement: {
            const Node* value = explode(*node.as<ReturnStatement>()->argument);
            if (frame_->machine->is_async && frame_->machine->is_generator) {
                await_value(captured(*value, Precedence::assignment));
                return_value(analysis_.sigil() + 'v', false);
            } else {
                return_statement(node.start, value);
            }
            break;
        }
        case NodeKind::ThrowStatement: {
            auto* result = copy_of(*node.as<ThrowStatement>());
            result->argument = const_cast<Node*>(explode(*result->argument));
            throw_statement(*result);
            break;
        }
        case NodeKind::BlockStatement:
            machine_statements(node.as<BlockStatement>()->body, &node);
            break;
        case NodeKind::IfStatement:
            machine_if(*node.as<IfStatement>());
            break;
        case NodeKind::ForStatement:
            machine_for(*node.as<ForStatement>());
            break;
        case NodeKind::ForInStatement:
            machine_for_in(*node.as<ForInStatement>());
            break;
        case NodeKind::ForOfStatement:
            machine_for_of(*node.as<ForOfStatement>());
            break;
        case NodeKind::WhileStatement:
            machine_while(*node.as<WhileStatement>());
            break;
        case NodeKind::DoWhileStatement:
            machine_do(*node.as<DoWhileStatement>());
            break;
        case NodeKind::SwitchStatement:
            machine_switch(*node.as<SwitchStatement>());
            break;
        case NodeKind::TryStatement:
            machine_try(*node.as<TryStatement>());
            break;
        case NodeKind::LabeledStatement: {
            const auto& labeled = *node.as<LabeledStatement>();
            frame_->labels.push_back(labeled.label->name);
            const Node& inner = *labeled.body;
            if (inner.is<LabeledStatement>() || is_loop_with_scope(inner) || inner.is<WhileStatement>() ||
                inner.is<DoWhileStatement>() || inner.is<SwitchStatement>()) {
                machine_statement(inner);
                break;
            }
            const int end = new_state();
            Target target;
            target.kind = Target::Kind::block;
            target.labels = std::exchange(frame_->labels, {});
            target.break_state = end;
            target.handler = frame_->machine->handler;
            with_target(std::move(target), [&] { machine_statement(inner); });
            place(end);
            break;
        }
        case NodeKind::ClassDeclaration: {
            const auto* class_node = explode(node)->try_as<Class>();
            if (class_node != nullptr) class_declaration(*class_node);
            break;
        }
        case NodeKind::ExportNamedDeclaration:
            machine_statement(*node.as<ExportNamedDeclaration>()->declaration);
            break;
        case NodeKind::ExportDefaultDeclaration: {
            const Node& declaration = *node.as<ExportDefaultDeclaration>()->declaration;
            if (declaration.is<Class>()) {
                machine_statement(declaration);
                break;
            }
            auto* result = copy_of(*node.as<ExportDefaultDeclaration>());
            result->declaration = const_cast<Node*>(explode(declaration));
            statement(*result);
            break;
        }
        default:
            unsupported(node, "await or yield inside of this statement is");
            break;
    }
}

void Emitter::machine_declaration(const VariableDeclaration& node) {
    bool in_list = false;
    for (const auto* one : node.declarators) {
        if (!suspends(*one)) {
            declarator(*one, node, in_list);
            continue;
        }
        if (suspends(*one->target)) {
            if (in_list) put(';');
            in_list = false;
            const KeptScope kept(*this);
            const std::string source = keep_variable();
            const Node* value = explode(*one->init);
            put(source + '=');
            expression(*value, Precedence::assignment);
            put(';');
            declare_pattern(*one->target);
            machine_pattern(*one->target, source, true);
            continue;
        }
        auto* result = copy_of(*one);
        result->init = const_cast<Node*>(explode(*one->init));
        declarator(*result, node, in_list);
    }
}

void Emitter::machine_if(const IfStatement& node) {
    const int end = new_state();
    const Node* next = &node;
    while (const auto* branch = next == nullptr ? nullptr : next->try_as<IfStatement>()) {
        const int other = branch->alternate != nullptr ? new_state() : end;
        {
            const KeptScope kept(*this);
            mark(*branch);
            const Node* test = explode(*branch->test);
            put("if(!(");
            expression(*test);
            put("))");
            go(other);
        }
        machine_body(*branch->consequent);
        if (branch->alternate != nullptr) {
            go(end);
            place(other);
        }
        next = branch->alternate;
    }
    if (next != nullptr) machine_body(*next);
    place(end);
}

void Emitter::machine_switch(const SwitchStatement& node) {
    const KeptScope kept(*this);
    const std::string value = keep_variable();
    const int end = new_state();
    Target target;
    target.kind = Target::Kind::switch_;
    target.labels = std::exchange(frame_->labels, {});
    target.break_state = end;
    target.handler = frame_->machine->handler;
    {
        const KeptScope inner(*this);
        const Node* discriminant = explode(*node.discriminant);
        put(value + '=');
        expression(*discriminant, Precedence::assignment);
        put(';');
    }
    open_environment_object(analysis_.scope_of(node));
    if (const Scope* scope = analysis_.scope_of(node)) mark_uninitialised(scope->bindings, false);
    hoisted_functions(node);
    std::vector<int> states;
    int other = end;
    for (const auto* clause : node.cases) {
        states.push_back(new_state());
        if (clause->test == nullptr) {
            other = states.back();
            continue;
        }
        const KeptScope inner(*this);
        mark(*clause);
        const Node* test = explode(*clause->test);
        put("if(" + value + "===");
        expression(*test, Precedence::relational);
        put(")");
        go(states.back());
    }
    go(other);
    with_target(std::move(target), [&] {
        for (std::size_t i = 0; i < node.cases.size(); ++i) {
            place(states[i]);
            for (const Node* inner : node.cases[i]->consequent)
                if (inner->kind != NodeKind::FunctionDeclaration) machine_statement(*inner);
        }
    });
    place(end);
}

void Emitter::machine_try(const TryStatement& node) {
    const KeptScope kept(*this);
    Machine& machine = *frame_->machine;
    const int outer = machine.handler;
    const int caught = node.handler != nullptr ? new_state() : -1;
    const int failed = node.finalizer != nullptr ? new_state() : -1;
    const int end = new_state();
    FinallyRecord record;
    if (node.finalizer != nullptr) {
        record.kind = keep_variable();
        record.value = keep_variable();
        record.state = new_state();
        record.handler = outer;
        put(record.kind + "=0;");
    }
    const auto guarded = [&] {
        set_handler(caught >= 0 ? caught : failed);
        machine_statements(node.block->body, node.block);
        set_handler(outer);
        go(node.finalizer != nullptr ? record.state : end);
        if (node.handler == nullptr) return;
        mark(*node.handler);
        place(caught);
        set_handler(node.finalizer != nullptr ? failed : outer);
        const CatchClause& handler = *node.handler;
        open_environment_object(analysis_.scope_of(handler));
        if (handler.param != nullptr) {
            declare_pattern(*handler.param);
            if (suspends(*handler.param)) {
                const std::string error = keep_variable();
                put(error + '=' + analysis_.sigil() + "v;");
                machine_element(*handler.param, error, true);
            } else {
                Items items(*this);
                pattern_element(*handler.param, analysis_.sigil() + 'v', true, items);
                put(';');
            }
        }
        machine_statements(handler.body->body, handler.body);
        set_handler(outer);
        if (node.finalizer != nullptr) go(record.state);
    };
    if (node.finalizer == nullptr) {
        guarded();
        place(end);
        return;
    }
    Target barrier;
    barrier.kind = Target::Kind::block;
    barrier.record = &record;
    barrier.handler = outer;
    with_target(std::move(barrier), guarded);
    mark(*node.finalizer);
    place(failed);
    set_handler(outer);
    put(record.kind + "=2;" + record.value + '=' + analysis_.sigil() + "v;");
    place(record.state);
    machine_statements(node.finalizer->body, node.finalizer);
    put("if(" + record.kind + "===2)throw " + record.value + ';');
    put("if(" + record.kind + "===1)");
    return_value(record.value, false);
    for (std::size_t i = 0; i < record.exits.size(); ++i) {
        put("if(" + record.kind + "===" + std::to_string(i + 3) + ')');
        leave(record.exits[i].kind, record.exits[i].label);
    }
    place(end);
}

}  // namespace k6::js::lower
