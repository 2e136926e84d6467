// Loops.
#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

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
        if (!in_place && !binding.is_member && !binding.needs_own_environment()) declare(binding.code);
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
    const bool own_init = analysis_.has_functions_in_init(node);
    if (own_init) {
        // Functions made by the declarations see variables of their own, from before the first round.
        for (const std::string& name : head_names) declare(name);
        for (const Binding* binding : own) open_environment(*binding, "void 0");
        for_init(*node.init);
        put(';');
        for (std::size_t i = 0; i < own.size(); ++i) put(head_names[i] + '=' + own[i]->code + ';');
        close_environments(own.size());
    }
    const std::size_t start = here();
    Target loop = loop_target();
    loop.continue_block = next_generated('l');
    const Target target = with_target(std::move(loop), [&] {
        put("for(");
        use_names(head_names);
        const std::string init = capture([&] {
            if (node.init != nullptr && !own_init) for_init(*node.init);
        });
        // for_init leaves variables with an environment of their own alone, as their declaration is here.
        put(init);
        if (!own_init)
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
        for (std::size_t i = 0; i < own.size(); ++i) open_environment(*own[i], head_names[i]);
        if (functions_in_head) {
            put("if(" + started->name() + "){");
            if (node.update != nullptr) effect_statement(*node.update);
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
    // Arrays are walked as they are; $k_of makes something that looks like an array of everything else. A loop that is
    // left early, by an error as well, has to close that; behind its end the index is -1.
    const Temporary list(*this);
    const Temporary index(*this);
    const Iterable iterable = iterable_kind(*node.right);
    if (iterable == Iterable::unknown) put("try{");
    const std::size_t start = here();
    Target loop = loop_target();
    if (iterable == Iterable::probably_array) loop.iterator = list.name();
    const Target target = with_target(std::move(loop), [&] {
        put("for(" + list.name() + '=');
        call_support("$k_of");
        expression(*node.right, Precedence::assignment);
        put(")," + index.name() + "=0;" + index.name() + '<' + list.name() + ".length");
        if (iterable == Iterable::unknown) put("||!(" + index.name() + "=-1)");
        put(";++" + index.name() + "){");
        const std::size_t environments = loop_variable(node, *node.left, list.name() + '[' + index.name() + ']');
        body(*node.body);
        close_environments(environments);
        put('}');
    });
    if (!target.name.empty()) insert(start, target.name + ':');
    if (iterable == Iterable::unknown) {
        const std::string error = next_generated('e');
        put("}catch(" + error + "){");
        call_support("$k_abandon");
        put(list.name() + ");throw " + error + ";}finally{if(" + index.name() + ">=0)");
        call_support("$k_close");
        put(list.name() + ");}");
    }
}

}  // namespace k6::js::lower
