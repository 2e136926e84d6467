// The loops of resumable functions (resume.cc) and destructuring in which something suspends.
#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

Emitter::Target Emitter::machine_loop_target(int break_state, int continue_state) {
    Target target = loop_target();
    target.break_state = break_state;
    target.continue_state = continue_state;
    target.handler = frame_->machine->handler;
    return target;
}

void Emitter::machine_for(const ForStatement& node) {
    const std::string object = environment_of(analysis_.scope_of(node));
    const int test = new_state();
    const int next = new_state();
    const int end = new_state();
    Target target = machine_loop_target(end, next);
    std::string copies;
    if (!object.empty()) {
        declare(object);
        put(object + "={};");
        for (const Binding* binding : analysis_.scope_of(node)->bindings) {
            if (!binding->needs_own_environment()) continue;
            if (!copies.empty()) copies += ',';
            copies += quoted(binding->name) + ':' + binding->code;
        }
        copies = object + "={" + copies + "};";
    }
    if (node.init != nullptr) {
        const KeptScope kept(*this);
        if (const auto* declaration = node.init->try_as<VariableDeclaration>()) {
            machine_declaration(*declaration);
        } else {
            const Node* rest = explode(*node.init);
            effect_statement(*rest);
        }
    }
    put(copies);
    place(test);
    if (node.test != nullptr) {
        const KeptScope kept(*this);
        const Node* rest = explode(*node.test);
        put("if(!(");
        expression(*rest);
        put("))");
        go(end);
    }
    with_target(std::move(target), [&] { machine_body(*node.body); });
    place(next);
    put(copies);
    if (node.update != nullptr) {
        const KeptScope kept(*this);
        const Node* rest = explode(*node.update);
        effect_statement(*rest);
    }
    go(test);
    place(end);
}

void Emitter::machine_while(const WhileStatement& node) {
    const int test = new_state();
    const int end = new_state();
    Target target = machine_loop_target(end, test);
    place(test);
    {
        const KeptScope kept(*this);
        const Node* rest = explode(*node.test);
        put("if(!(");
        expression(*rest);
        put("))");
        go(end);
    }
    with_target(std::move(target), [&] { machine_body(*node.body); });
    go(test);
    place(end);
}

void Emitter::machine_do(const DoWhileStatement& node) {
    const int start = new_state();
    const int test = new_state();
    const int end = new_state();
    Target target = machine_loop_target(end, test);
    place(start);
    with_target(std::move(target), [&] { machine_body(*node.body); });
    place(test);
    const KeptScope kept(*this);
    const Node* rest = explode(*node.test);
    put("if(");
    expression(*rest);
    put(")");
    go(start);
    place(end);
}

void Emitter::machine_for_of(const ForOfStatement& node) {
    if (node.is_await) {
        machine_for_await(node);
        return;
    }
    const KeptScope kept(*this);
    const std::string list = keep_variable();
    const std::string index = keep_variable();
    const int test = new_state();
    const int next = new_state();
    const int end = new_state();
    Target target = machine_loop_target(end, next);
    const Iterable iterable = iterable_kind(*node.right);
    if (iterable != Iterable::array) target.iterator = list;
    const int outer = frame_->machine->handler;
    const int failed = iterable == Iterable::unknown ? new_state() : 0;
    {
        const KeptScope inner(*this);
        const Node* right = explode(*node.right);
        put(list + '=');
        call_support("$k_of");
        expression(*right, Precedence::assignment);
        put(");" + index + "=0;");
    }
    place(test);
    put("if(!(" + index + '<' + list + ".length))");
    go(end);
    if (failed != 0) set_handler(failed);
    open_environment_object(analysis_.scope_of(node));
    with_target(std::move(target), [&] {
        machine_loop_variable(node, *node.left, list + '[' + index + ']');
        machine_body(*node.body);
    });
    if (failed != 0) set_handler(outer);
    place(next);
    put("++" + index + ';');
    go(test);
    if (failed != 0) {
        // An error in the body closes the iterator.
        place(failed);
        set_handler(outer);
        call_support("$k_abandon");
        put(list + ");throw " + analysis_.sigil() + "v;");
    }
    place(end);
}

/// Left early, the loop closes the iterator and awaits that: as a `finally` block that knows how it was reached.
void Emitter::machine_for_await(const ForOfStatement& node) {
    const KeptScope kept(*this);
    const std::string& sigil = analysis_.sigil();
    const std::string iterator = keep_variable();
    const std::string step = keep_variable();
    const int outer = frame_->machine->handler;
    const int next = new_state();
    const int failed = new_state();
    const int swallowed = new_state();
    const int end = new_state();
    FinallyRecord record;
    record.kind = keep_variable();
    record.value = keep_variable();
    record.state = new_state();
    record.handler = outer;
    Target loop = machine_loop_target(end, next);
    const std::vector<std::string_view> labels = loop.labels;
    Target round = loop;
    round.only_continue = true;
    Target barrier;
    barrier.kind = Target::Kind::block;
    barrier.record = &record;
    barrier.handler = outer;
    {
        const KeptScope inner(*this);
        const Node* right = explode(*node.right);
        put(iterator + '=');
        call_support("$k_async_iterator");
        expression(*right, Precedence::assignment);
        put(");");
    }
    place(next);
    await_value(std::string(use("$k_async_next")) + '(' + iterator + ')');
    put(step + '=');
    call_support("$k_result");
    put(sigil + "v);if(" + step + ".done)");
    go(end);
    put(step + '=' + step + ".value;");
    set_handler(failed);
    open_environment_object(analysis_.scope_of(node));
    with_target(std::move(loop), [&] {
        with_target(std::move(barrier), [&] {
            with_target(std::move(round), [&] {
                machine_loop_variable(node, *node.left, step);
                machine_body(*node.body);
            });
        });
    });
    set_handler(outer);
    go(next);
    // An error goes on, whatever closing does.
    place(failed);
    put(record.value + '=' + sigil + "v;");
    set_handler(swallowed);
    const auto close = [&] {
        put(step + '=');
        call_support("$k_async_close");
        put(iterator + ");");
    };
    close();
    await_value(step);
    place(swallowed);
    set_handler(outer);
    put("throw " + record.value + ';');
    const int closed = new_state();
    place(record.state);
    close();
    put("if(" + step + "===void 0)");
    go(closed);
    await_value(step);
    call_support("$k_result");
    put(sigil + "v);");
    place(closed);
    put("if(" + record.kind + "===1)");
    return_value(record.value, false);
    // The loop's own break comes first: it is what this block ends with.
    for (std::size_t i = 0; i < record.exits.size(); ++i) {
        put("if(" + record.kind + "===" + std::to_string(i + 3) + ')');
        const PendingExit exit = record.exits[i];
        const bool own =
            exit.kind == PendingExit::Kind::break_ &&
            (exit.label == nullptr || std::find(labels.begin(), labels.end(), exit.label->name) != labels.end());
        if (own) {
            go(end);
        } else {
            leave(exit.kind, exit.label);
        }
    }
    place(end);
}

void Emitter::machine_loop_variable(const Node& loop, const Node& left, const std::string& value) {
    if (!suspends(left)) {
        loop_variable(loop, left, value);
        return;
    }
    const auto* declaration = left.try_as<VariableDeclaration>();
    const Node& target = declaration != nullptr ? *declaration->declarators[0]->target : left;
    if (declaration != nullptr) declare_pattern(target);
    machine_element(target, value, declaration != nullptr);
}

// ---- Patterns ----

void Emitter::machine_element(const Node& element, const std::string& value, bool declares) {
    if (!suspends(element)) {
        Items items(*this);
        pattern_element(element, value, declares, items);
        put(';');
        return;
    }
    const KeptScope kept(*this);
    const Node* target = &element;
    const Node* default_value = nullptr;
    if (const auto* with_default = element.try_as<AssignmentPattern>()) {
        target = with_default->target;
        default_value = with_default->default_value;
    }
    if (const auto* member = target->try_as<MemberExpression>(); member != nullptr && !member->object->is<Super>()) {
        auto* result = copy_of(*member);
        result->object = const_cast<Node*>(keep(*explode(*member->object)));
        if (member->computed) result->property = const_cast<Node*>(keep(*explode(*member->property)));
        target = result;
    }
    const std::string variable = keep_variable();
    put(variable + '=' + value + ';');
    if (default_value != nullptr) {
        const int set = new_state();
        put("if(" + variable + "!==void 0)");
        go(set);
        const KeptScope inner(*this);
        const Node* rest = explode(*default_value);
        put(variable + '=');
        named_expression(*rest, Precedence::assignment,
                         target->is<Identifier>() ? target->as<Identifier>()->name : std::string_view());
        put(';');
        place(set);
    }
    if (target->is<ArrayPattern>() || target->is<ObjectPattern>()) {
        machine_pattern(*target, variable, declares);
    } else {
        pattern_leaf(*target, declares, [&] { put(variable); });
        put(';');
    }
}

void Emitter::machine_pattern(const Node& node, const std::string& source, bool declares) {
    const KeptScope kept(*this);
    if (const auto* array = node.try_as<ArrayPattern>()) {
        const std::string values = keep_variable();
        put(values + '=');
        call_support("$k_steps");
        put(source + ");");
        // Whoever leaves the pattern while it is suspended closes the iterator.
        const int outer = frame_->machine->handler;
        const int failed = new_state();
        const int end = new_state();
        Target target;
        target.kind = Target::Kind::block;
        target.iterator = values;
        target.handler = outer;
        set_handler(failed);
        with_target(std::move(target), [&] { machine_array_elements(*array, values, declares); });
        set_handler(outer);
        call_support("$k_close");
        put(values + ");");
        go(end);
        place(failed);
        set_handler(outer);
        call_support("$k_abandon");
        put(values + ");throw " + analysis_.sigil() + "v;");
        place(end);
        return;
    }
    call_support("$k_coercible");
    put(source + ");");
    std::string keys;
    for (const Node* member : node.as<ObjectPattern>()->properties) {
        if (const auto* rest = member->try_as<RestElement>()) {
            machine_element(*rest->argument, std::string(use("$k_omit")) + '(' + source + keys + ')', declares);
            continue;
        }
        const auto& property = *member->as<PatternProperty>();
        if (const auto key = static_key(property.computed, *property.key)) {
            keys += ',' + quoted(*key);
            machine_element(*property.value, source + member_suffix(*key), declares);
            continue;
        }
        const std::string key = keep_variable();
        const Node* value = explode(*property.key);
        put(key + '=');
        call_support("$k_key");
        expression(*value, Precedence::assignment);
        put(");");
        keys += ',' + key;
        machine_element(*property.value, source + '[' + key + ']', declares);
    }
}

void Emitter::machine_array_elements(const ArrayPattern& array, const std::string& values, bool declares) {
    for (std::size_t i = 0; i < array.elements.size(); ++i) {
        const Node* element = array.elements[i];
        if (element == nullptr) {
            put(values + '[' + std::to_string(i) + "];");
            continue;
        }
        if (const auto* rest_element = element->try_as<RestElement>()) {
            machine_element(*rest_element->argument,
                            std::string(use("$k_slice")) + '(' + values + ',' + std::to_string(i) + ')', declares);
        } else {
            machine_element(*element, values + '[' + std::to_string(i) + ']', declares);
        }
    }
}

void Emitter::machine_for_in(const ForInStatement& node) {
    const KeptScope kept(*this);
    const std::string object = keep_variable();
    const std::string list = keep_variable();
    const std::string index = keep_variable();
    const int test = new_state();
    const int next = new_state();
    const int end = new_state();
    Target target = machine_loop_target(end, next);
    {
        const KeptScope inner(*this);
        const Node* right = explode(*node.right);
        put(object + '=');
        expression(*right, Precedence::assignment);
        put(';' + list + '=');
        call_support("$k_keys");
        put(object + ");" + index + "=-1;");
    }
    place(next);
    put("++" + index + ';');
    place(test);
    put("if(!(" + index + '<' + list + ".length))");
    go(end);
    // A property that has been deleted meanwhile is passed over.
    put("if(!(" + list + '[' + index + "] in Object(" + object + ")))");
    go(next);
    open_environment_object(analysis_.scope_of(node));
    with_target(std::move(target), [&] {
        machine_loop_variable(node, *node.left, list + '[' + index + ']');
        machine_body(*node.body);
    });
    go(next);
    place(end);
}

}  // namespace k6::js::lower
