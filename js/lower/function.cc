#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

const Node& parameter_of(const Node& node) {
    const auto* property = node.try_as<TsParameterProperty>();
    return property != nullptr ? *property->parameter : node;
}

}  // namespace

std::string Emitter::function_name(const FunctionInfo& info, std::string_view name, const Binding* self) const {
    const auto& node = *info.node->as<Function>();
    if (node.function_id != nullptr) return analysis_.binding_of(*node.function_id)->code;
    if (name.empty()) return {};
    if (is_variable_name(name) && !name.starts_with("$k_") && analysis_.can_be_named(info, name, self))
        return std::string(name);
    return "$k_f_" + encoded_name(name);
}

void Emitter::function(const Function& node, FunctionForm form, std::string_view name, std::string_view shown) {
    FunctionInfo& info = *analysis_.function_of(node);
    const std::vector<std::string> environments = environments_seen_by(info);
    if (!environments.empty()) {
        std::string list;
        for (const std::string& environment : environments) list += (list.empty() ? "" : ",") + environment;
        put("(function(" + list + "){return ");
        function_alone(node, info, form, name, shown);
        put("})(" + list + ')');
        return;
    }
    function_alone(node, info, form, name, shown);
}

void Emitter::function_alone(const Function& node, FunctionInfo& info, FunctionForm form, std::string_view name,
                             std::string_view shown) {
    if (form != FunctionForm::accessor) {
        mark_function(node, name, shown);
        put("function");
        if (!name.empty()) put(' ' + std::string(name));
    }
    function_rest(node, info, std::string(name));
}

/// `length`, if it is not the number of parameters that the output has.
std::optional<int> Emitter::declared_length(const Function& node) const {
    std::size_t length = 0;
    while (length < node.params.size()) {
        const Node& parameter = parameter_of(*node.params[length]);
        if (parameter.is<AssignmentPattern>() || parameter.is<RestElement>()) break;
        ++length;
    }
    std::size_t declared = node.params.size();
    if (declared != 0 && parameter_of(*node.params[declared - 1]).is<RestElement>()) --declared;
    if (length == declared) return std::nullopt;
    return static_cast<int>(length);
}

void Emitter::mark_function(const Function& node, std::string_view name, std::string_view shown) {
    using Kind = LoweredFunction::Kind;
    LoweredFunction function{.begin = node.is_method ? node.text_start : node.start,
                             .end = node.end,
                             .kind = node.is_generator ? node.is_async ? Kind::async_generator : Kind::generator
                                     : node.is_async   ? Kind::async_function
                                     : node.is_arrow || node.is_method ? Kind::method
                                                                       : Kind::plain,
                             .length = declared_length(node)};
    if (!name.empty() && name != shown && !name.starts_with("$k_f_")) function.name = shown;
    append_function_mark(out_, static_cast<std::uint32_t>(functions_.size()));
    functions_.push_back(std::move(function));
}

void Emitter::mark_class(const ClassState& state) {
    LoweredFunction function{
        .begin = state.node->start, .end = state.node->end, .kind = LoweredFunction::Kind::class_constructor};
    if (state.node->constructor != nullptr) function.length = declared_length(*state.node->constructor->value);
    if (state.name != state.shown_name) function.name = state.shown_name;
    append_function_mark(out_, static_cast<std::uint32_t>(functions_.size()));
    functions_.push_back(std::move(function));
}

std::vector<std::string> Emitter::parameters(const Function& node, std::deque<Temporary>& temporaries) {
    std::vector<std::string> names;
    put('(');
    for (const Node* raw : node.params) {
        const Node& parameter = parameter_of(*raw);
        if (parameter.is<RestElement>()) break;
        if (!names.empty()) put(',');
        const Node* target = &parameter;
        if (const auto* with_default = parameter.try_as<AssignmentPattern>()) target = with_default->target;
        if (target->is<Identifier>()) {
            mark(*target);
            names.push_back(analysis_.binding_of(*target)->code);
        } else {
            temporaries.emplace_back(*this);
            names.push_back(temporaries.back().name());
        }
        put(names.back());
    }
    put(')');
    return names;
}

void Emitter::parameter_values(const Function& node, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < node.params.size(); ++i) {
        const Node& parameter = parameter_of(*node.params[i]);
        if (const auto* rest = parameter.try_as<RestElement>()) {
            const std::string list = std::string(use("$k_rest")) + "(arguments," + std::to_string(i) + ')';
            declare_pattern(*rest->argument);
            Items items(*this);
            pattern_element(*rest->argument, list, true, items);
            put(';');
            break;
        }
        const Node* target = &parameter;
        const Node* default_value = nullptr;
        if (const auto* with_default = parameter.try_as<AssignmentPattern>()) {
            target = with_default->target;
            default_value = with_default->default_value;
        }
        if (default_value != nullptr) {
            mark(*target);
            put("if(" + names[i] + "===void 0)" + names[i] + '=');
            const bool named = target->is<Identifier>();
            named_expression(*default_value, Precedence::assignment,
                             named ? target->as<Identifier>()->name : std::string_view(),
                             named ? analysis_.binding_of(*target) : nullptr);
            put(';');
        }
        if (!target->is<Identifier>()) {
            declare_pattern(*target);
            Items items(*this);
            pattern(*target, names[i], true, items);
            put(';');
        }
    }
}

std::string Emitter::prologue(Frame& frame) {
    const FunctionInfo& info = *frame.info;
    // Of a resumable function, what is inherited from the caller belongs to the outer function.
    const bool outer = !frame.hoists_variables;
    std::string list;
    const auto add = [&](const std::string& item) {
        list += list.empty() ? "var " : ",";
        list += item;
    };
    switch (outer ? info.kind : FunctionKind::arrow) {
        case FunctionKind::function:
        case FunctionKind::method:
        case FunctionKind::base_constructor:
        case FunctionKind::commonjs:
        case FunctionKind::static_block:
            if (info.captures_this) add(generated('t', info.id) + "=this");
            break;
        case FunctionKind::derived_constructor:
            add(generated('t', info.id));
            if (info.captures_super_call) add(generated('o', info.id) + "=this");
            break;
        default:
            break;
    }
    if (outer && info.captures_arguments) add(generated('a', info.id) + "=arguments");
    if (outer && info.uses_new_target) {
        add(generated('n', info.id) + '=' + std::string(use("$k_new_target")) + "()");
    }
    for (const std::string& variable : frame.declared) add(variable);
    for (std::size_t i = 1; i <= frame.temporaries.size(); ++i) add(analysis_.sigil() + std::to_string(i));
    if (!list.empty()) list += ';';
    return list;
}

void Emitter::function_rest(const Function& node, FunctionInfo& info, const std::string& name,
                            ClassState* constructed) {
    in_frame(info, [&] {
        std::deque<Temporary> temporaries;
        const std::vector<std::string> names = parameters(node, temporaries);
        put('{');
        frame_->start = here();
        if (constructed != nullptr) constructor_start(*constructed);
        if (info.is_async && !info.is_generator && !node.has_simple_params) {
            // What goes wrong here rejects the promise.
            put("try{");
            parameter_values(node, names);
            const std::string error = next_generated('e');
            put("}catch(" + error + "){return ");
            call_support("$k_rejected");
            put(error + ");}");
        } else {
            parameter_values(node, names);
        }
        temporaries.clear();
        for (const Binding* binding : info.bindings) {
            if (binding->starts_as != nullptr && binding->kind == BindingKind::var)
                put("var " + binding->code + '=' + binding->starts_as->code + ';');
        }
        mark_uninitialised(info.bindings, true);
        if (constructed != nullptr && info.kind == FunctionKind::base_constructor) {
            const std::string properties = capture([&] { parameter_properties(node, "this"); });
            if (!properties.empty()) put(properties.substr(1) + ';');
        }
        if (info.resumable()) {
            resumable_body(node, info, name);
        } else if (node.has_expression_body) {
            return_statement(node.start, node.body);
        } else {
            statements(node.body->as<BlockStatement>()->body);
        }
        if (constructed != nullptr) constructor_end(info);
        put('}');
    });
}

void Emitter::parameter_properties(const Function& node, const std::string& target) {
    for (const Node* raw : node.params) {
        if (!raw->is<TsParameterProperty>()) continue;
        const Node* parameter = raw->as<TsParameterProperty>()->parameter;
        if (const auto* with_default = parameter->try_as<AssignmentPattern>()) parameter = with_default->target;
        const auto& name = *parameter->as<Identifier>();
        put(',' + target + member_suffix(name.name) + '=' + analysis_.binding_of(name)->code);
    }
}

}  // namespace k6::js::lower
