// A class becomes a function that makes it and is called at once:
//
//   (function ($b1) {
//       function Name(a) {
//           …
//       }
//       var $p1 = $k_class(Name, $b1);
//       $k_methods($p1, "m", function m() {…}, …);
//       return Name;
//   })(Super)
//
// Members stay where they are in the text; what has to run after all methods are there (static fields and blocks) is
// put into functions that are called at the end.
#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

bool is_constructor(const Node& member) {
    const auto* method = member.try_as<MethodDefinition>();
    return method != nullptr && method->method_kind == MethodKind::constructor;
}

const PropertyDefinition* instance_field(const Node& member) {
    const auto* property = member.try_as<PropertyDefinition>();
    return property != nullptr && !property->is_static ? property : nullptr;
}

const Node& key_of(const Node& member) {
    return member.is<MethodDefinition>() ? *member.as<MethodDefinition>()->key : *member.as<PropertyDefinition>()->key;
}

}  // namespace

void Emitter::find_private_members(ClassState& state) {
    // A class that a function makes may be its own ancestor (a mixin): its names must differ from time to time.
    bool repeated = false;
    for (const FunctionInfo* outer = state.body->parent; outer != nullptr; outer = outer->parent)
        repeated |= outer->kind != FunctionKind::module && outer->kind != FunctionKind::commonjs &&
                    outer->kind != FunctionKind::class_body;
    repeated = repeated && state.node->super_class != nullptr;
    for (const Node* member : state.node->members) {
        if (!member->is<MethodDefinition>() && !member->is<PropertyDefinition>()) continue;
        const auto* name = key_of(*member).try_as<PrivateName>();
        if (name == nullptr) continue;
        auto [at, inserted] = state.members.try_emplace(name->name);
        if (!inserted) continue;
        if (const auto* method = member->try_as<MethodDefinition>()) {
            at->second.kind =
                method->method_kind == MethodKind::method ? PrivateMember::Kind::method : PrivateMember::Kind::accessor;
        }
        at->second.is_static = member->is<MethodDefinition>() ? member->as<MethodDefinition>()->is_static
                                                              : member->as<PropertyDefinition>()->is_static;
        // Methods of instances are found on the prototype, all else must be the object's own.
        const bool inherited = at->second.kind != PrivateMember::Kind::field && !at->second.is_static;
        if (repeated) {
            at->second.key = next_generated('k');
            put("var " + at->second.key + '=');
            call_support("$k_private_key");
            append_quoted(out_, std::string(name->name) + (inherited ? '^' : ':'));
            put(");");
        } else {
            at->second.key = quoted("@@#" + std::string(name->name) + (inherited ? '^' : ':') + class_tag_ + '.' +
                                    std::to_string(class_count_));
        }
    }
}

void Emitter::plan_fields(ClassState& state) {
    bool literal = true;
    for (const Node* member : state.node->members) {
        if (const auto* method = member->try_as<MethodDefinition>()) {
            if (!method->is_static && method->method_kind != MethodKind::method) {
                if (const auto key = static_key(method->computed, *method->key)) state.accessors.insert(*key);
            }
        }
        if (const auto* field = instance_field(*member); field != nullptr && field->value != nullptr)
            literal = literal && is_literal(*field->value);
        const auto* property = member->try_as<PropertyDefinition>();
        if (property != nullptr && property->computed && !static_key(true, *property->key))
            state.computed_keys[member] = next_generated('k');
    }
    bool in_run = false;
    for (const Node* member : state.node->members) {
        const auto* field = instance_field(*member);
        if (field != nullptr && literal) {
            state.inline_fields.push_back(field);
        } else if (field != nullptr && !in_run) {
            state.initialisers.push_back(next_generated('i'));
        }
        in_run = field != nullptr;
    }
}

void Emitter::class_expression(const Class& node, std::string_view name, const Binding* self) {
    ClassState state;
    state.node = &node;
    state.outer = class_;
    state.body = analysis_.function_of(node);
    ++class_count_;
    const std::uint64_t id = class_count_;
    if (node.class_id != nullptr) {
        state.name = analysis_.scope_of(node)->bindings.front()->code;
        state.shown_name = node.class_id->name;
    } else if (is_variable_name(name) && analysis_.can_be_named(*state.body, name, self)) {
        state.name = name;
        state.shown_name = name;
    } else {
        state.name = generated('c', id);
        state.shown_name = name;
    }
    if (node.super_class != nullptr) state.super = generated('b', id);
    state.prototype = generated('p', id);

    std::optional<Temporary> super_value;
    std::string super_argument;
    if (node.super_class != nullptr) {
        if (is_stable(*node.super_class)) {
            super_argument = captured(*node.super_class, Precedence::assignment);
        } else {
            super_value.emplace(*this);
            super_argument = super_value->name();
            put('(' + super_argument + '=');
            expression(*node.super_class, Precedence::assignment);
            put(',');
        }
    }
    std::string environments;
    for (const std::string& environment : environments_seen_by(*state.body))
        environments += (environments.empty() ? "" : ",") + environment;
    if (!environments.empty()) put("(function(" + environments + "){return ");
    put("(function(" + state.super + "){");
    class_ = &state;
    in_frame(*state.body, [&] {
        find_private_members(state);
        plan_fields(state);
        class_members(state);
        put("return " + state.name + '}');
    });
    class_ = state.outer;
    put(")(" + super_argument + ')');
    if (!environments.empty()) put("})(" + environments + ')');
    if (super_value) put(')');
}

void Emitter::constructor_start(ClassState& state) {
    if (state.node->super_class != nullptr) return;
    const std::string fields = capture([&] { field_initialisers(state, "this"); });
    if (!fields.empty()) put(fields.substr(1) + ';');
}

void Emitter::constructor_end(const FunctionInfo& info) {
    if (info.kind != FunctionKind::derived_constructor) return;
    put("return " + initialised_this(info));
}

std::string Emitter::initialised_this(const FunctionInfo& info) {
    std::string self = generated('t', info.id);
    const auto constructor = derived_.find(&info);
    if (constructor == derived_.end() || constructor->second.initialised_at == 0)
        self = '(' + self + "||" + std::string(use("$k_no_this")) + "())";
    return self;
}

void Emitter::field_initialisers(ClassState& state, const std::string& target) {
    for (const PropertyDefinition* field : state.inline_fields) {
        put(',');
        class_field(state, *field, target);
    }
    for (const std::string& initialiser : state.initialisers) put(',' + initialiser + '(' + target + ')');
}

void Emitter::class_field(ClassState& state, const PropertyDefinition& field, const std::string& target) {
    const auto* private_name = field.key->try_as<PrivateName>();
    const auto key = private_name != nullptr ? std::nullopt : static_key(field.computed, *field.key);
    std::string_view end = "";
    std::string name;
    if (private_name != nullptr) {
        call_support("$k_private_field");
        put(target + ',' + find_private(*private_name)->key + ',');
        name = '#' + std::string(private_name->name);
        end = ")";
    } else if (key && !field.is_static && state.node->super_class == nullptr && *key != "__proto__" &&
               !state.accessors.contains(*key)) {
        // No setter can be in the way.
        put(target + member_suffix(*key) + '=');
        name = *key;
    } else {
        call_support("$k_field");
        put(target + ',');
        if (key) {
            append_quoted(out_, *key);
            name = *key;
        } else {
            put(state.computed_keys.at(&field));
        }
        put(',');
        end = ")";
    }
    if (field.value != nullptr && private_name == nullptr && !key) {
        value_named_by_key(*field.value, state.computed_keys.at(&field));
    } else if (field.value != nullptr) {
        named_expression(*field.value, Precedence::assignment, name);
    } else {
        put("void 0");
    }
    put(end);
}

void Emitter::class_constructor(ClassState& state) {
    mark_class(state);
    put("function " + state.name);
    if (state.node->constructor == nullptr) {
        put("(){");
        constructor_start(state);
        if (state.node->super_class != nullptr) {
            const std::string self = generated('t', 0);
            put("var " + self + '=');
            call_support("$k_super_arguments");
            put(state.super + ",this,arguments);");
            const std::string fields = capture([&] { field_initialisers(state, self); });
            if (!fields.empty()) put(fields.substr(1) + ';');
            put("return " + self);
        }
        put("}");
        return;
    }
    const Function& function_node = *state.node->constructor->value;
    FunctionInfo& info = *analysis_.function_of(function_node);
    homes_[&info] = state.prototype;
    if (state.node->super_class != nullptr) {
        DerivedConstructor derived;
        derived.state = &state;
        for (const Node* statement : function_node.body->as<BlockStatement>()->body) {
            const auto* expression_statement = statement->try_as<ExpressionStatement>();
            if (expression_statement == nullptr) continue;
            const auto* call = expression_statement->expression->try_as<CallExpression>();
            if (call != nullptr && call->callee->is<Super>()) {
                derived.initialised_at = statement->end;
                break;
            }
        }
        derived_[&info] = derived;
    }
    function_rest(function_node, info, state.name, &state);
}

void Emitter::class_members(ClassState& state) {
    const Class& node = *state.node;
    if (node.constructor == nullptr) class_constructor(state);
    put("var " + state.prototype + '=');
    if (node.super_class != nullptr) {
        call_support("$k_class");
        put(state.name + ',' + state.super + ");");
    } else {
        put(state.name + ".prototype;");
    }

    // What comes behind the last definition can run in place.
    std::size_t definitions_end = 0;
    for (std::size_t i = 0; i < node.members.size(); ++i) {
        const Node& member = *node.members[i];
        const bool computed = member.is<PropertyDefinition>() && member.as<PropertyDefinition>()->computed;
        if ((member.is<MethodDefinition>() && !is_constructor(member)) || computed) definitions_end = i + 1;
    }
    std::vector<std::string> at_end;
    std::size_t next_initialiser = 0;
    std::string batch;  // target of the open $k_methods call
    const auto close_batch = [&] {
        if (!batch.empty()) put(");");
        batch.clear();
    };
    const auto run_deferred = [&] {
        close_batch();
        for (const std::string& call : at_end) put(call);
        at_end.clear();
    };
    for (std::size_t i = 0; i < node.members.size(); ++i) {
        const Node& member = *node.members[i];
        if (i == definitions_end) run_deferred();
        if (const auto* method = member.try_as<MethodDefinition>()) {
            if (is_constructor(member)) {
                close_batch();
                mark(member);
                class_constructor(state);
                continue;
            }
            const std::string& target = method->is_static ? state.name : state.prototype;
            FunctionInfo& info = *analysis_.function_of(*method->value);
            homes_[&info] = target;
            const auto* private_name = method->key->try_as<PrivateName>();
            const auto key = private_name != nullptr ? std::nullopt : static_key(method->computed, *method->key);
            std::optional<Temporary> computed;
            const auto put_key = [&] {
                mark(member);
                if (private_name != nullptr) {
                    put(find_private(*private_name)->key);
                } else if (key) {
                    append_quoted(out_, *key);
                } else {
                    computed.emplace(*this);
                    put(computed->name() + '=');
                    call_support("$k_key");
                    expression(*method->key, Precedence::assignment);
                    put(')');
                }
            };
            std::string name = key.value_or(std::string());
            if (private_name != nullptr) name = '#' + std::string(private_name->name);
            const auto put_function = [&](std::string_view prefix) {
                if (!computed) {
                    named_expression(*method->value, Precedence::assignment, std::string(prefix) + name);
                } else {
                    call_support("$k_named");
                    expression(*method->value, Precedence::assignment);
                    put(',' + computed->name() + ',' + quoted(prefix) + ')');
                }
            };
            if (method->method_kind == MethodKind::method) {
                if (batch != target) {
                    close_batch();
                    batch = target;
                    call_support("$k_methods");
                    put(target);
                }
                put(',');
                put_key();
                put(',');
                put_function({});
            } else {
                close_batch();
                const bool getter = method->method_kind == MethodKind::get;
                call_support("$k_accessor");
                put(target + ',');
                put_key();
                put(getter ? ",0," : ",1,");
                put_function(getter ? "get " : "set ");
                put(");");
            }
            continue;
        }
        close_batch();
        if (const auto* field = member.try_as<PropertyDefinition>()) {
            mark(member);
            if (field->computed && !static_key(true, *field->key)) {
                put("var " + state.computed_keys.at(&member) + '=');
                call_support("$k_key");
                expression(*field->key, Precedence::assignment);
                put(");");
            }
            if (!field->is_static) {
                if (!state.inline_fields.empty()) continue;
                const bool first = i == 0 || instance_field(*node.members[i - 1]) == nullptr;
                const bool last = i + 1 == node.members.size() || instance_field(*node.members[i + 1]) == nullptr;
                if (!first) continue;
                // One function for the whole run of fields; their computed keys were taken care of above or are now.
                (void)last;
                std::size_t end = i;
                while (end < node.members.size() && instance_field(*node.members[end]) != nullptr) ++end;
                for (std::size_t k = i + 1; k < end; ++k) {
                    const auto& other = *instance_field(*node.members[k]);
                    if (!other.computed || static_key(true, *other.key)) continue;
                    put("var " + state.computed_keys.at(&other) + '=');
                    call_support("$k_key");
                    expression(*other.key, Precedence::assignment);
                    put(");");
                }
                FunctionInfo* info = nullptr;
                for (std::size_t k = i; k < end && info == nullptr; ++k) info = analysis_.function_of(*node.members[k]);
                if (info == nullptr) info = state.body;  // no initialiser at all
                const std::string self = generated('t', info == state.body ? 0 : info->id);
                if (info != state.body) {
                    homes_[info] = state.prototype;
                    this_codes_[info] = self;
                }
                put("function " + state.initialisers[next_initialiser++] + '(' + self + "){");
                const auto fields = [&] {
                    for (std::size_t k = i; k < end; ++k) {
                        mark(*node.members[k]);
                        class_field(state, *instance_field(*node.members[k]), self);
                        put(';');
                    }
                };
                if (info == state.body) {
                    fields();
                } else {
                    in_frame(*info, fields);
                }
                put('}');
                i = end - 1;
                continue;
            }
            FunctionInfo* info = analysis_.function_of(member);
            if (info != nullptr) {
                homes_[info] = state.name;
                this_codes_[info] = state.name;
            }
            const bool in_place = i >= definitions_end || field->value == nullptr || is_literal(*field->value);
            if (in_place) {
                FunctionInfo* const outer = info_;
                if (info != nullptr) info_ = info;
                class_field(state, *field, state.name);
                put(';');
                info_ = outer;
            } else {
                const std::string later = next_generated('s');
                at_end.push_back(later + "();");
                put("function " + later + "(){");
                in_frame(*info, [&] {
                    class_field(state, *field, state.name);
                    put('}');
                });
            }
            continue;
        }
        const auto& static_block = *member.as<StaticBlock>();
        FunctionInfo& info = *analysis_.function_of(static_block);
        homes_[&info] = state.name;
        mark(member);
        const bool in_place = i >= definitions_end;
        std::string later;
        if (in_place) {
            put("(function(){");
        } else {
            later = next_generated('s');
            at_end.push_back(later + ".call(" + state.name + ");");
            put("function " + later + "(){");
        }
        in_frame(info, [&] {
            mark_uninitialised(info.bindings, true);
            statements(static_block.body);
            put('}');
        });
        if (in_place) put(").call(" + state.name + ");");
    }
    run_deferred();
}

}  // namespace k6::js::lower
