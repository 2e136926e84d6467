// Array and object literals.
#include <algorithm>
#include <cmath>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

// Literals with more values than this are parsed from JSON text, which is smaller than the code that builds them.
constexpr std::size_t json_threshold = 300;
// The engine compares every key of a literal with all others.
constexpr std::size_t max_literal_properties = 200;

}  // namespace

bool Emitter::json_text(const Node& node, std::string& json, std::size_t& count) {
    ++count;
    switch (node.kind) {
        case NodeKind::NullLiteral:
            json += "null";
            return true;
        case NodeKind::BooleanLiteral:
            json += node.as<BooleanLiteral>()->value ? "true" : "false";
            return true;
        case NodeKind::NumericLiteral:
            if (std::isinf(node.as<NumericLiteral>()->value)) return false;
            json += number_text(node.as<NumericLiteral>()->value);
            return true;
        case NodeKind::StringLiteral:
            append_quoted(json, node.as<StringLiteral>()->value);
            return true;
        case NodeKind::UnaryExpression: {
            const auto& unary = *node.as<UnaryExpression>();
            if (unary.op != UnaryOperator::minus || !unary.argument->is<NumericLiteral>()) return false;
            json += '-';
            return json_text(*unary.argument, json, count);
        }
        case NodeKind::ArrayExpression: {
            json += '[';
            bool first = true;
            for (const Node* element : node.as<ArrayExpression>()->elements) {
                if (!first) json += ',';
                first = false;
                if (element == nullptr || !json_text(*element, json, count)) return false;
            }
            json += ']';
            return true;
        }
        case NodeKind::ObjectExpression: {
            json += '{';
            bool first = true;
            for (const Node* member : node.as<ObjectExpression>()->properties) {
                const auto* property = member->try_as<Property>();
                if (property == nullptr || property->computed || property->method ||
                    property->property_kind != PropertyKind::init) {
                    return false;
                }
                const auto key = static_key(false, *property->key);
                if (!key || *key == "__proto__") return false;
                if (!first) json += ',';
                first = false;
                append_quoted(json, *key);
                json += ':';
                if (!json_text(*property->value, json, count)) return false;
            }
            json += '}';
            return true;
        }
        default:
            return false;
    }
}

bool Emitter::json_literal(const Node& node) {
    // Counting stops where JSON does, so asking is cheap.
    std::string json;
    std::size_t count = 0;
    const std::size_t members = node.is<ArrayExpression>() ? node.as<ArrayExpression>()->elements.size()
                                                           : node.as<ObjectExpression>()->properties.size();
    if (members < 8 || node.end - node.start < 2 * json_threshold) return false;
    if (!json_text(node, json, count) || count < json_threshold) return false;
    call_support("$k_json");
    append_quoted(out_, json);
    put(')');
    return true;
}

void Emitter::array(const ArrayExpression& node) {
    if (has_spread(node.elements)) {
        call_support("$k_list");
        spread_arguments(node.elements);
        put(')');
        return;
    }
    if (json_literal(node)) return;
    put('[');
    for (std::size_t i = 0; i < node.elements.size(); ++i) {
        if (i != 0) put(',');
        if (node.elements[i] != nullptr) expression(*node.elements[i], Precedence::assignment);
    }
    if (!node.elements.empty() && node.elements.back() == nullptr) put(',');
    put(']');
}

bool Emitter::has_spread(List<Expression> arguments) {
    return std::any_of(arguments.begin(), arguments.end(),
                       [](const Node* argument) { return argument != nullptr && argument->is<SpreadElement>(); });
}

void Emitter::spread_arguments(List<Expression> arguments) {
    const bool holes =
        std::any_of(arguments.begin(), arguments.end(), [](const Node* argument) { return argument == nullptr; });
    if (arguments.size() <= 30 && !holes) {
        unsigned mask = 0;
        for (std::size_t i = 0; i < arguments.size(); ++i)
            if (arguments[i]->is<SpreadElement>()) mask |= 1u << i;
        put(std::to_string(mask));
    } else {
        put('"');
        for (const Node* argument : arguments)
            put(argument == nullptr ? '2' : argument->is<SpreadElement>() ? '1' : '0');
        put('"');
    }
    std::size_t last_effect = arguments.size();
    while (last_effect > 0) {
        const Node* argument = arguments[last_effect - 1];
        if (const auto* spread = argument != nullptr ? argument->try_as<SpreadElement>() : nullptr)
            argument = spread->argument;
        if (argument != nullptr && !is_literal(*argument) && !is_constant(*argument)) break;
        --last_effect;
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Node* argument = arguments[i];
        put(',');
        if (argument == nullptr) {
            put('0');
        } else if (const auto* spread = argument->try_as<SpreadElement>()) {
            // What comes behind must not run before the iteration has ended.
            const bool at_once = i + 1 < last_effect && !spread->argument->is<ArrayExpression>();
            if (at_once) {
                call_support("$k_list");
                put("1,");
            }
            expression(*spread->argument, Precedence::assignment);
            if (at_once) put(')');
        } else {
            expression(*argument, Precedence::assignment);
        }
    }
}

std::optional<std::string> Emitter::static_key(bool computed, const Node& key) const {
    switch (key.kind) {
        case NodeKind::Identifier:
            if (computed) return std::nullopt;
            return std::string(key.as<Identifier>()->name);
        case NodeKind::StringLiteral:
            return std::string(key.as<StringLiteral>()->value);
        case NodeKind::NumericLiteral:
            return number_text(key.as<NumericLiteral>()->value);
        case NodeKind::BigIntLiteral: {
            const std::string_view digits = key.as<BigIntLiteral>()->digits;
            if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
            return std::string(digits);
        }
        default:
            return std::nullopt;
    }
}

void Emitter::key_expression(bool computed, const Node& key) {
    if (const auto text = static_key(computed, key)) {
        append_quoted(out_, *text);
    } else {
        expression(key, Precedence::assignment);
    }
}

void Emitter::object(const ObjectExpression& node) {
    std::set<std::string, std::less<>> keys;
    bool simple = node.properties.size() <= max_literal_properties;
    for (const Node* member : node.properties) {
        if (!simple) break;
        const auto* property = member->try_as<Property>();
        if (property == nullptr || property->computed) {
            simple = false;
            break;
        }
        const bool accessor = property->property_kind != PropertyKind::init;
        if (const auto* function_node = property->value->try_as<Function>();
            function_node != nullptr && (property->method || accessor) &&
            (function_node->facts.uses_super_property ||
             (accessor && !environments_seen_by(*analysis_.function_of(*function_node)).empty()))) {
            simple = false;
        }
        const auto key = static_key(false, *property->key);
        if (!key || (*key == "__proto__")) {
            simple = false;
            break;
        }
        // A getter and a setter of one name make a pair; any other repetition is for later.
        std::string tagged = accessor ? (property->property_kind == PropertyKind::get ? "g" : "s") : "v";
        const bool repeated =
            keys.contains("v" + *key) ||
            (accessor ? keys.contains(tagged + *key) : keys.contains("g" + *key) || keys.contains("s" + *key));
        if (repeated) simple = false;
        keys.insert(tagged + *key);
    }
    if (simple) {
        if (json_literal(node)) return;
        put('{');
        for (const Node* member : node.properties) {
            const auto& property = *member->as<Property>();
            if (member != node.properties.front()) put(',');
            mark(property);
            const std::string key = *static_key(false, *property.key);
            if (property.property_kind != PropertyKind::init) {
                mark_function(*property.value->as<Function>(), {}, {});
                const std::string_view prefix = property.property_kind == PropertyKind::get ? "get " : "set ";
                functions_.back().name = std::string(prefix) + key;
                put(prefix);
            }
            if (is_plain_name(key)) {
                put(key);
            } else {
                append_quoted(out_, key);
            }
            if (property.property_kind == PropertyKind::init) {
                put(':');
                named_expression(*property.value, Precedence::assignment, key);
            } else {
                function(*property.value->as<Function>(), FunctionForm::accessor, {}, {});
            }
        }
        put('}');
        return;
    }
    if (json_literal(node)) return;
    object_in_steps(node);
}

void Emitter::property_value(const Property& property, const std::string& home, const std::string& key_variable,
                             std::string_view prefix) {
    const auto key = static_key(property.computed, *property.key);
    const auto* function_node = property.value->try_as<Function>();
    const bool method = property.method || property.property_kind != PropertyKind::init;
    const auto value = [&] {
        if (!key && !key_variable.empty()) {
            value_named_by_key(*property.value, key_variable);
        } else {
            named_expression(*property.value, Precedence::assignment, key ? std::string(prefix) + *key : std::string());
        }
    };
    if (function_node == nullptr || !method || !function_node->facts.uses_super_property) {
        value();
        return;
    }
    const std::string variable = next_generated('h');
    homes_[analysis_.function_of(*function_node)] = variable;
    put("(function(" + variable + "){return ");
    value();
    put("})(" + home + ')');
}

/// An object literal that is built property by property.
void Emitter::object_in_steps(const ObjectExpression& node) {
    const Temporary object(*this);
    const std::string& name = object.name();
    const std::size_t start = here();
    std::set<std::string, std::less<>> accessors;
    bool defines = false;  // a computed key may mean an accessor
    std::set<std::string, std::less<>> keys;
    // What can be part of a literal comes first.
    std::size_t i = 0;
    put('{');
    for (; i < node.properties.size() && i < max_literal_properties; ++i) {
        const auto* property = node.properties[i]->try_as<Property>();
        if (property == nullptr || property->computed || property->property_kind != PropertyKind::init) break;
        const auto key = static_key(false, *property->key);
        if (!key || *key == "__proto__" || !keys.insert(*key).second) break;
        if (const auto* function_node = property->value->try_as<Function>();
            function_node != nullptr && property->method && function_node->facts.uses_super_property) {
            break;
        }
        if (i != 0) put(',');
        mark(*property);
        if (is_plain_name(*key)) {
            put(*key);
        } else {
            append_quoted(out_, *key);
        }
        put(':');
        named_expression(*property->value, Precedence::assignment, *key);
    }
    put('}');
    for (; i < node.properties.size() && node.properties[i]->is<SpreadElement>(); ++i) {
        insert(start, std::string(use("$k_assign")) + '(');
        put(',');
        expression(*node.properties[i]->as<SpreadElement>()->argument, Precedence::assignment);
        put(')');
    }
    if (i == node.properties.size()) return;
    insert(start, '(' + name + '=');
    const std::size_t first_step = i;
    const bool groups = node.properties.size() - first_step > max_chain;
    for (; i < node.properties.size(); ++i) {
        if (groups && (i - first_step) % max_chain == 0)
            put(i == first_step ? ",(" : "),(");
        else
            put(',');
        if (const auto* spread = node.properties[i]->try_as<SpreadElement>()) {
            mark(*spread);
            call_support("$k_assign");
            put(name + ',');
            expression(*spread->argument, Precedence::assignment);
            put(')');
            continue;
        }
        const auto& property = *node.properties[i]->as<Property>();
        mark(property);
        const auto key = static_key(property.computed, *property.key);
        if (property.property_kind != PropertyKind::init) {
            call_support("$k_accessor");
            put(name + ',');
            key_expression(property.computed, *property.key);
            const bool getter = property.property_kind == PropertyKind::get;
            put(getter ? ",2," : ",3,");
            property_value(property, name, {}, getter ? "get " : "set ");
            put(')');
            if (key) accessors.insert(*key);
            defines = defines || !key;
            continue;
        }
        if (key && *key == "__proto__" && !property.computed && !property.shorthand && !property.method) {
            call_support("$k_set_prototype");
            put(name + ',');
            expression(*property.value, Precedence::assignment);
            put(')');
            defines = true;  // what it inherits may have setters
        } else if (key ? *key == "__proto__" || defines || accessors.contains(*key) : defines || !accessors.empty()) {
            std::optional<Temporary> computed;
            call_support("$k_field");
            put(name + ',');
            if (key) {
                append_quoted(out_, *key);
            } else {
                computed.emplace(*this);
                put(computed->name() + '=');
                call_support("$k_key");
                expression(*property.key, Precedence::assignment);
                put(')');
            }
            put(',');
            property_value(property, name, computed ? computed->name() : std::string());
            put(')');
        } else {
            put(name);
            if (key) {
                put(member_suffix(*key));
            } else if (is_anonymous_function(*property.value)) {
                const Temporary computed(*this);
                put('[' + computed.name() + '=');
                call_support("$k_key");
                expression(*property.key, Precedence::assignment);
                put(")]=");
                property_value(property, name, computed.name());
                continue;
            } else {
                put('[');
                expression(*property.key, Precedence::assignment);
                put(']');
            }
            put('=');
            property_value(property, name);
        }
    }
    if (groups) put(')');
    put(',' + name + ')');
}

}  // namespace k6::js::lower
