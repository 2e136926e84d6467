#include <algorithm>
#include <cmath>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

// The engine bounds the depth of expressions; chains longer than this are cut into steps.
constexpr std::size_t max_chain = 150;
// Literals with more values than this are parsed from JSON text, which is smaller than the code that builds them.
constexpr std::size_t json_threshold = 300;
// The engine compares every key of a literal with all others.
constexpr std::size_t max_literal_properties = 200;

bool is_symbol_text(const Node& node) {
    const auto* literal = node.try_as<StringLiteral>();
    return literal != nullptr && literal->value == "symbol";
}

/// `typeof x == "symbol"`: symbols are strings to the engine's own typeof.
bool compares_with_symbol(const BinaryExpression& node) {
    if (precedence_of(node.op) != Precedence::equality) return false;
    const auto is_typeof = [](const Node& operand) {
        const auto* unary = operand.try_as<UnaryExpression>();
        return unary != nullptr && unary->op == UnaryOperator::typeof_;
    };
    return (is_typeof(*node.left) && is_symbol_text(*node.right)) ||
           (is_typeof(*node.right) && is_symbol_text(*node.left));
}

/// Binary operators that the engine has as they are.
bool is_plain_binary(const Node& node) {
    const auto* binary = node.try_as<BinaryExpression>();
    return binary != nullptr && binary->op != BinaryOperator::exponent && !binary->left->is<PrivateName>() &&
           !compares_with_symbol(*binary);
}

}  // namespace

// ---- What an expression is ----

bool Emitter::is_anonymous_function(const Node& node) {
    if (const auto* function = node.try_as<Function>()) return function->function_id == nullptr;
    if (const auto* class_node = node.try_as<Class>()) return class_node->class_id == nullptr;
    return false;
}

bool Emitter::is_literal(const Node& node) {
    switch (node.kind) {
        case NodeKind::NullLiteral:
        case NodeKind::BooleanLiteral:
        case NodeKind::NumericLiteral:
        case NodeKind::StringLiteral:
            return true;
        case NodeKind::TemplateLiteral:
            return node.as<TemplateLiteral>()->expressions.empty();
        case NodeKind::UnaryExpression: {
            const auto& unary = *node.as<UnaryExpression>();
            return unary.op != UnaryOperator::delete_ && is_literal(*unary.argument);
        }
        case NodeKind::ArrayExpression:
            return std::all_of(node.as<ArrayExpression>()->elements.begin(), node.as<ArrayExpression>()->elements.end(),
                               [](const Node* element) { return element != nullptr && is_literal(*element); });
        case NodeKind::ObjectExpression:
            return std::all_of(node.as<ObjectExpression>()->properties.begin(),
                               node.as<ObjectExpression>()->properties.end(), [](const Node* property) {
                                   const auto* named = property->try_as<Property>();
                                   return named != nullptr && named->property_kind == PropertyKind::init &&
                                          !named->computed && !named->method && is_literal(*named->value);
                               });
        default:
            return false;
    }
}

bool Emitter::is_stable(const Node& node) const {
    switch (node.kind) {
        case NodeKind::ThisExpression:
        case NodeKind::NullLiteral:
        case NodeKind::BooleanLiteral:
        case NodeKind::NumericLiteral:
            return true;
        case NodeKind::StringLiteral:
            return node.as<StringLiteral>()->value.size() < 40;
        case NodeKind::Identifier:
            return !analysis_.is_uninitialised(node) && !analysis_.needs_check(node);
        default:
            return false;
    }
}

bool Emitter::is_constant(const Node& node) const {
    if (!is_stable(node)) return false;
    if (!node.is<Identifier>()) return true;
    const Binding* binding = analysis_.binding_of(node);
    return binding != nullptr && !binding->assigned && !binding->is_member;
}

bool Emitter::is_primitive(const Node& node) const {
    switch (node.kind) {
        case NodeKind::NullLiteral:
        case NodeKind::BooleanLiteral:
        case NodeKind::NumericLiteral:
        case NodeKind::StringLiteral:
        case NodeKind::TemplateLiteral:
        case NodeKind::UpdateExpression:
            return true;
        case NodeKind::UnaryExpression:
            return true;
        case NodeKind::BinaryExpression: {
            const auto& binary = *node.as<BinaryExpression>();
            return binary.op != BinaryOperator::add || (is_primitive(*binary.left) && is_primitive(*binary.right));
        }
        default:
            return false;
    }
}

// ---- Dispatch ----

std::string Emitter::captured(const Node& node, Precedence least) {
    return capture([&] { expression(node, least); });
}

void Emitter::expression(const Node& node, Precedence least) {
    switch (node.kind) {
        case NodeKind::Identifier:
            mark(node);
            identifier(*node.as<Identifier>());
            break;
        case NodeKind::NullLiteral:
            mark(node);
            put("null");
            break;
        case NodeKind::BooleanLiteral:
            mark(node);
            put(node.as<BooleanLiteral>()->value ? "true" : "false");
            break;
        case NodeKind::NumericLiteral: {
            mark(node);
            const bool parentheses = least >= Precedence::call;
            if (parentheses) put('(');
            number(*node.as<NumericLiteral>());
            if (parentheses) put(')');
            break;
        }
        case NodeKind::BigIntLiteral:
            unsupported(node, "BigInt literals are");
            put('0');
            break;
        case NodeKind::StringLiteral:
            mark(node);
            append_quoted(out_, node.as<StringLiteral>()->value);
            break;
        case NodeKind::RegExpLiteral:
            mark(node);
            regexp(*node.as<RegExpLiteral>());
            break;
        case NodeKind::TemplateLiteral:
            mark(node);
            template_literal(*node.as<TemplateLiteral>());
            break;
        case NodeKind::ArrayExpression:
            mark(node);
            array(*node.as<ArrayExpression>());
            break;
        case NodeKind::ObjectExpression:
            mark(node);
            object(*node.as<ObjectExpression>());
            break;
        case NodeKind::FunctionExpression:
        case NodeKind::ArrowFunction:
        case NodeKind::ClassExpression:
        case NodeKind::FunctionDeclaration:  // default exports
        case NodeKind::ClassDeclaration:
            named_expression(node, least, {});
            break;
        case NodeKind::UnaryExpression:
            unary(*node.as<UnaryExpression>(), least);
            break;
        case NodeKind::UpdateExpression:
            update(*node.as<UpdateExpression>(), least, true);
            break;
        case NodeKind::BinaryExpression:
            binary(*node.as<BinaryExpression>(), least);
            break;
        case NodeKind::LogicalExpression:
            logical(*node.as<LogicalExpression>(), least);
            break;
        case NodeKind::AssignmentExpression:
            assignment(*node.as<AssignmentExpression>(), least, true);
            break;
        case NodeKind::ConditionalExpression:
            conditional(*node.as<ConditionalExpression>(), least);
            break;
        case NodeKind::CallExpression:
        case NodeKind::MemberExpression:
        case NodeKind::TaggedTemplate:
            access_chain(node);
            break;
        case NodeKind::ChainExpression:
            optional_chain(node, false);
            break;
        case NodeKind::NewExpression:
            mark(node);
            new_expression(*node.as<NewExpression>());
            break;
        case NodeKind::SequenceExpression:
            sequence(*node.as<SequenceExpression>(), least, true);
            break;
        case NodeKind::ThisExpression:
            mark(node);
            this_value(node.start);
            break;
        case NodeKind::MetaProperty:
            mark(node);
            if (node.as<MetaProperty>()->meta == MetaKind::import_meta) {
                put(requests_object_ + ".meta");
            } else {
                new_target(node);
            }
            break;
        case NodeKind::ImportExpression:
            mark(node);
            put(requests_object_ + ".load(");
            expression(*node.as<ImportExpression>()->source, Precedence::assignment);
            put(')');
            break;
        case NodeKind::AwaitExpression:
            unsupported(node, "await here is");
            put('0');
            break;
        case NodeKind::YieldExpression:
            unsupported(node, "yield here is");
            put('0');
            break;
        default:
            unsupported(node, "This syntax is");
            put('0');
            break;
    }
}

void Emitter::effect(const Node& node) {
    switch (node.kind) {
        case NodeKind::UpdateExpression:
            update(*node.as<UpdateExpression>(), Precedence::comma, false);
            break;
        case NodeKind::AssignmentExpression:
            assignment(*node.as<AssignmentExpression>(), Precedence::comma, false);
            break;
        case NodeKind::SequenceExpression:
            sequence(*node.as<SequenceExpression>(), Precedence::comma, false);
            break;
        case NodeKind::CallExpression:
            if (node.as<CallExpression>()->callee->is<Super>()) {
                super_call(*node.as<CallExpression>(), false);
            } else {
                expression(node);
            }
            break;
        default:
            expression(node);
            break;
    }
}

void Emitter::named_expression(const Node& node, Precedence least, std::string_view name, const Binding* self) {
    if (const auto* function_node = node.try_as<Function>()) {
        mark(node);
        const FunctionInfo& info = *analysis_.function_of(node);
        const std::string variable = function_name(info, name, self);
        function(*function_node, FunctionForm::expression, variable, self);
    } else if (const auto* class_node = node.try_as<Class>()) {
        mark(node);
        class_expression(*class_node, name, self);
    } else {
        expression(node, least);
    }
}

// ---- Names and literals ----

void Emitter::identifier(const Identifier& node) {
    if (analysis_.is_uninitialised(node)) {
        call_support("$k_uninitialised");
        append_quoted(out_, node.name);
        put(')');
        return;
    }
    const Binding* binding = analysis_.binding_of(node);
    if (binding != nullptr) {
        if (analysis_.needs_check(node)) {
            put('(' + binding->code + "===" + std::string(use("$k_uninitialised")) + "?$k_uninitialised(");
            append_quoted(out_, node.name);
            put("):" + binding->code + ')');
        } else {
            put(binding->code);
        }
        return;
    }
    if (node.name == "undefined") {
        put("(void 0)");
    } else if (node.name == "NaN") {
        put("(0/0)");
    } else if (node.name == "Infinity") {
        put("(1/0)");
    } else if (node.name == "arguments") {
        FunctionInfo& owner = this_function(*info_);
        if (&owner == info_ && !owner.resumable()) {
            put("arguments");
        } else {
            put(generated('a', owner.id));
        }
    } else if (node.name == "eval") {
        put(use("$k_eval"));
    } else {
        put(global_name(node.name));
    }
}

std::string Emitter::global_name(std::string_view name) {
    if (is_plain_name(name)) return std::string(name);
    // The engine does not take every letter.
    return std::string(use("$k_global")) + member_suffix(name);
}

void Emitter::number(const NumericLiteral& node) {
    const bool plain = node.raw.size() <= 15 && (node.raw.size() == 1 || node.raw[0] != '0') &&
                       std::all_of(node.raw.begin(), node.raw.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (plain) {
        put(node.raw);
    } else if (std::isinf(node.value)) {
        put("(1/0)");
    } else {
        put(number_text(node.value));
    }
}

void Emitter::regexp(const RegExpLiteral& node) {
    const bool known_flags =
        std::all_of(node.flags.begin(), node.flags.end(), [](char c) { return c == 'g' || c == 'i' || c == 'm'; });
    if (!known_flags) {
        call_support("$k_regexp");
        append_quoted(out_, node.pattern);
        put(',');
        append_quoted(out_, node.flags);
        put(')');
        return;
    }
    // In parentheses: after `)` or `}` the engine would take the slash for a division.
    put("(/");
    for (const char c : node.pattern) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            static constexpr char hex[] = "0123456789abcdef";
            put("\\x");
            put(hex[static_cast<unsigned char>(c) >> 4]);
            put(hex[c & 15]);
        } else {
            put(c);
        }
    }
    put('/');
    put(node.flags);
    put(')');
}

void Emitter::template_literal(const TemplateLiteral& node) {
    if (node.expressions.empty()) {
        append_quoted(out_, node.quasis[0]->cooked);
        return;
    }
    call_support("$k_text");
    Items items(*this);
    for (std::size_t i = 0; i < node.quasis.size(); ++i) {
        if (!node.quasis[i]->cooked.empty()) {
            items.next();
            append_quoted(out_, node.quasis[i]->cooked);
        }
        if (i < node.expressions.size()) {
            items.next();
            expression(*node.expressions[i], Precedence::assignment);
        }
    }
    put(')');
}

void Emitter::template_object(const TaggedTemplate& node) {
    const std::string variable = next_generated('q');
    template_variables_.push_back(variable);
    put('(' + variable + "||(" + variable + '=');
    call_support("$k_template");
    const auto strings = [&](bool raw) {
        put('[');
        for (const auto* quasi : node.quasi->quasis) {
            if (quasi != node.quasi->quasis.front()) put(',');
            if (raw || quasi->has_cooked) {
                append_quoted(out_, raw ? quasi->raw : quasi->cooked);
            } else {
                put("void 0");
            }
        }
        put(']');
    };
    strings(false);
    put(',');
    strings(true);
    put(")))");
}

// ---- Arrays and objects ----

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
            append_json_quoted(json, node.as<StringLiteral>()->value);
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
                append_json_quoted(json, *key);
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
    if (arguments.size() <= 30) {
        unsigned mask = 0;
        for (std::size_t i = 0; i < arguments.size(); ++i)
            if (arguments[i] != nullptr && arguments[i]->is<SpreadElement>()) mask |= 1u << i;
        put(std::to_string(mask));
    } else {
        put('"');
        for (const Node* argument : arguments) put(argument != nullptr && argument->is<SpreadElement>() ? '1' : '0');
        put('"');
    }
    for (const Node* argument : arguments) {
        put(',');
        if (argument == nullptr) {
            put("void 0");
        } else if (const auto* spread = argument->try_as<SpreadElement>()) {
            expression(*spread->argument, Precedence::assignment);
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
            if (property.property_kind != PropertyKind::init)
                put(property.property_kind == PropertyKind::get ? "get " : "set ");
            const std::string key = *static_key(false, *property.key);
            if (is_plain_name(key)) {
                put(key);
            } else {
                append_quoted(out_, key);
            }
            if (property.property_kind == PropertyKind::init) {
                put(':');
                named_expression(*property.value, Precedence::assignment, key);
            } else {
                function(*property.value->as<Function>(), FunctionForm::accessor, {}, nullptr);
            }
        }
        put('}');
        return;
    }
    if (json_literal(node)) return;
    object_in_steps(node);
}

void Emitter::property_value(const Property& property, const std::string& home) {
    const auto key = static_key(property.computed, *property.key);
    const auto* function_node = property.value->try_as<Function>();
    const bool method = property.method || property.property_kind != PropertyKind::init;
    if (function_node == nullptr || !method || !function_node->facts.uses_super_property) {
        named_expression(*property.value, Precedence::assignment, key ? std::string_view(*key) : std::string_view());
        return;
    }
    const std::string variable = next_generated('h');
    homes_[analysis_.function_of(*function_node)] = variable;
    put("(function(" + variable + "){return ");
    named_expression(*property.value, Precedence::assignment, key ? std::string_view(*key) : std::string_view());
    put("})(" + home + ')');
}

/// An object literal that is built property by property.
void Emitter::object_in_steps(const ObjectExpression& node) {
    const Temporary object(*this);
    const std::string& name = object.name();
    const std::size_t start = here();
    std::set<std::string, std::less<>> accessors;
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
            put(property.property_kind == PropertyKind::get ? ",2," : ",3,");
            property_value(property, name);
            put(')');
            if (key) accessors.insert(*key);
            continue;
        }
        if (key && *key == "__proto__" && !property.computed && !property.shorthand && !property.method) {
            call_support("$k_set_prototype");
            put(name + ',');
            expression(*property.value, Precedence::assignment);
            put(')');
        } else if (key && (*key == "__proto__" || accessors.contains(*key))) {
            call_support("$k_field");
            put(name + ',');
            append_quoted(out_, *key);
            put(',');
            property_value(property, name);
            put(')');
        } else {
            put(name);
            if (key) {
                put(member_suffix(*key));
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

// ---- Operators ----

void Emitter::unary(const UnaryExpression& node, Precedence least) {
    const bool parentheses = least > Precedence::unary;
    if (node.op == UnaryOperator::delete_) {
        if (const auto* chain = node.argument->try_as<ChainExpression>()) {
            optional_chain(*chain, true);
            return;
        }
        if (!node.argument->is<MemberExpression>()) {
            put('(');
            expression(*node.argument, Precedence::assignment);
            put(",true)");
            return;
        }
    }
    if (parentheses) put('(');
    mark(node);
    put(spelling(node.op));
    if (node.op == UnaryOperator::typeof_ || node.op == UnaryOperator::void_ || node.op == UnaryOperator::delete_)
        put(' ');
    const std::size_t operand = here();
    if (node.op == UnaryOperator::typeof_ && node.argument->is<Identifier>() &&
        analysis_.binding_of(*node.argument) == nullptr) {
        const std::string_view name = node.argument->as<Identifier>()->name;
        if (name == "undefined" || name == "arguments" || name == "eval") {
            identifier(*node.argument->as<Identifier>());
        } else {
            put(global_name(name));
        }
    } else {
        expression(*node.argument, Precedence::unary);
    }
    if (node.op == UnaryOperator::minus || node.op == UnaryOperator::plus) {
        const std::size_t first = skip_marks(out_, operand);
        if (first < out_.size() && out_[first] == spelling(node.op)[0]) insert(operand, " ");
    }
    if (parentheses) put(')');
}

void Emitter::update(const UpdateExpression& node, Precedence least, bool value_used) {
    const std::string_view op = spelling(node.op);
    const std::string_view step = node.op == UpdateOperator::increment ? "+1" : "-1";
    const Node& argument = *node.argument;
    if (const auto* name = argument.try_as<Identifier>()) {
        mark(node);
        const Binding* binding = analysis_.binding_of(*name);
        if (analysis_.is_uninitialised(*name) || analysis_.needs_check(*name)) {
            put('(');
            identifier(*name);
            put(',');
        }
        if (binding != nullptr && binding->is_read_only()) {
            call_support("$k_constant");
            append_quoted(out_, name->name);
            put(')');
        } else if (binding == nullptr || binding->exported_as.empty()) {
            const bool parentheses = least > Precedence::unary;
            if (parentheses) put('(');
            if (node.prefix || !value_used) put(op);
            put(binding != nullptr ? binding->code : global_name(name->name));
            if (!node.prefix && value_used) put(op);
            if (parentheses) put(')');
        } else if (node.prefix || !value_used) {
            put('(');
            for (std::string_view exported : binding->exported_as) {
                put(binding->export_object != nullptr ? binding->export_object->code : namespace_object_);
                put(member_suffix(exported) + '=');
            }
            put(std::string(op) + binding->code + ')');
        } else {
            const Temporary old(*this);
            put('(' + old.name() + '=' + binding->code + std::string(op));
            for (std::string_view exported : binding->exported_as) {
                put(',');
                put(binding->export_object != nullptr ? binding->export_object->code : namespace_object_);
                put(member_suffix(exported) + '=' + binding->code);
            }
            put(',' + old.name() + ')');
        }
        if (analysis_.is_uninitialised(*name) || analysis_.needs_check(*name)) put(')');
        return;
    }
    const auto& member = *argument.as<MemberExpression>();
    if (member.object->is<Super>()) {
        std::string key;
        Temporary old(*this);
        Temporary name(*this);
        put('(' + name.name() + '=');
        if (member.computed) {
            expression(*member.property, Precedence::assignment);
        } else {
            append_quoted(out_, member.property->as<Identifier>()->name);
        }
        const std::string home = home_code(member);
        put(',' + old.name() + "=+");
        call_support("$k_super_get");
        put(home + ',' + name.name() + ',' + this_code() + "),");
        call_support("$k_super_set");
        put(home + ',' + name.name() + ',' + this_code() + ',' + old.name() + std::string(step) + ')');
        if (!node.prefix && value_used) put(',' + old.name());
        put(')');
        return;
    }
    const bool parentheses = least > Precedence::unary;
    if (parentheses) put('(');
    mark(node);
    if (node.prefix || !value_used) put(op);
    if (member.property->is<PrivateName>()) {
        private_target(member);
    } else {
        access_chain(member);
    }
    if (!node.prefix && value_used) put(op);
    if (parentheses) put(')');
}

void Emitter::binary(const BinaryExpression& node, Precedence least) {
    if (node.op == BinaryOperator::exponent) {
        call_support("$k_power");
        expression(*node.left, Precedence::assignment);
        put(',');
        expression(*node.right, Precedence::assignment);
        put(')');
        return;
    }
    if (const auto* name = node.left->try_as<PrivateName>()) {
        const PrivateMember* member = find_private(*name);
        call_support("$k_has_private");
        put(member != nullptr ? member->key : "\"\"");
        put(',');
        expression(*node.right, Precedence::assignment);
        put(')');
        return;
    }
    if (compares_with_symbol(node)) {
        const bool left_is_typeof = node.left->is<UnaryExpression>();
        const Node& operand = *(left_is_typeof ? node.left : node.right)->as<UnaryExpression>()->argument;
        const bool parentheses = least > Precedence::equality;
        if (parentheses) put('(');
        const bool global = operand.is<Identifier>() && analysis_.binding_of(operand) == nullptr;
        call_support("$k_typeof");
        if (global) {
            // It may not exist.
            const std::string name = global_name(operand.as<Identifier>()->name);
            put("typeof " + name + "===\"undefined\"?void 0:" + name);
        } else {
            expression(operand, Precedence::assignment);
        }
        put(')');
        put(spelling(node.op));
        put("\"symbol\"");
        if (parentheses) put(')');
        return;
    }
    // The left spine, outermost operator first.
    std::vector<const BinaryExpression*> spine;
    const Node* base = &node;
    while (is_plain_binary(*base)) {
        spine.push_back(base->as<BinaryExpression>());
        base = base->as<BinaryExpression>()->left;
    }
    std::vector<bool> parentheses(spine.size());
    bool flat = true;
    for (std::size_t i = 0; i < spine.size(); ++i) {
        const Precedence needed = i == 0 ? least : precedence_of(spine[i - 1]->op);
        parentheses[i] = precedence_of(spine[i]->op) < needed || spine[i]->op == BinaryOperator::in;
        if (i != 0 && parentheses[i]) flat = false;
    }
    std::optional<Temporary> step;
    if (flat && spine.size() > max_chain) step.emplace(*this);
    for (const bool open : parentheses)
        if (open) put('(');
    if (step) put((parentheses[0] ? "" : "(") + step->name() + '=');
    const std::size_t left = here();
    expression(*base, spine.empty() ? least : precedence_of(spine.back()->op));
    std::size_t count = 0;
    for (std::size_t i = spine.size(); i-- > 0;) {
        const BinaryExpression& operation = *spine[i];
        if (step && ++count % max_chain == 0) put(',' + step->name() + '=' + step->name());
        const std::string_view op = spelling(operation.op);
        const bool word = op[0] == 'i';
        if (op == "/" && hides_division(out_)) {
            insert(left, "(");
            put(')');
        }
        if (word) put(' ');
        put(op);
        if (word) put(' ');
        const std::size_t right = here();
        expression(*operation.right, above(precedence_of(operation.op)));
        const std::size_t first = skip_marks(out_, right);
        if ((op == "+" || op == "-") && first < out_.size() && out_[first] == op[0]) insert(right, " ");
        if (parentheses[i]) put(')');
    }
    if (step && !parentheses[0]) put(')');
}

void Emitter::logical_group(const std::vector<const Node*>& operands, std::size_t first, std::size_t last,
                            std::string_view op, Precedence strength) {
    if (last - first <= max_chain) {
        for (std::size_t i = first; i < last; ++i) {
            if (i != first) put(op);
            expression(*operands[i], above(strength));
        }
        return;
    }
    // Both operators are associative: groups of operands do as well.
    const std::size_t groups = (last - first + max_chain - 1) / max_chain;
    const std::size_t size = groups <= max_chain ? max_chain : (last - first + max_chain - 1) / max_chain;
    for (std::size_t i = first; i < last; i += size) {
        if (i != first) put(op);
        put('(');
        logical_group(operands, i, std::min(last, i + size), op, strength);
        put(')');
    }
}

void Emitter::logical(const LogicalExpression& node, Precedence least) {
    if (node.op == LogicalOperator::nullish) {
        nullish(node);
        return;
    }
    const Precedence strength =
        node.op == LogicalOperator::logical_and ? Precedence::logical_and : Precedence::logical_or;
    std::vector<const Node*> operands;
    const Node* left = &node;
    while (left->is<LogicalExpression>() && left->as<LogicalExpression>()->op == node.op) {
        operands.push_back(left->as<LogicalExpression>()->right);
        left = left->as<LogicalExpression>()->left;
    }
    operands.push_back(left);
    std::reverse(operands.begin(), operands.end());
    const bool parentheses = strength < least;
    if (parentheses) put('(');
    logical_group(operands, 0, operands.size(), spelling(node.op), strength);
    if (parentheses) put(')');
}

void Emitter::nullish(const LogicalExpression& node) {
    std::vector<const Node*> operands;
    const Node* left = &node;
    while (left->is<LogicalExpression>() && left->as<LogicalExpression>()->op == LogicalOperator::nullish) {
        operands.push_back(left->as<LogicalExpression>()->right);
        left = left->as<LogicalExpression>()->left;
    }
    operands.push_back(left);
    std::reverse(operands.begin(), operands.end());
    put('(');
    if (operands.size() == 2 && is_stable(*left)) {
        expression(*left, Precedence::equality);
        put("!=null?");
        expression(*left, Precedence::assignment);
        put(':');
        expression(*operands[1], Precedence::assignment);
    } else if (operands.size() == 2) {
        const Temporary value(*this);
        put('(' + value.name() + '=');
        expression(*left, Precedence::assignment);
        put(")!=null?" + value.name() + ':');
        expression(*operands[1], Precedence::assignment);
    } else {
        const Temporary value(*this);
        put('(');
        for (std::size_t i = 0; i < operands.size(); ++i) {
            if (i != 0 && i % max_chain == 0)
                put(")||(");
            else if (i != 0)
                put("||");
            put('(' + value.name() + '=');
            expression(*operands[i], Precedence::assignment);
            put(i + 1 < operands.size() ? ")!=null" : ")");
        }
        put(")," + value.name());
    }
    put(')');
}

void Emitter::conditional(const ConditionalExpression& node, Precedence least) {
    std::size_t length = 0;
    for (const Node* next = &node; next->is<ConditionalExpression>();
         next = next->as<ConditionalExpression>()->alternate)
        ++length;
    const bool parentheses = least > Precedence::conditional;
    if (length <= max_chain) {
        if (parentheses) put('(');
        const Node* next = &node;
        while (const auto* condition = next->try_as<ConditionalExpression>()) {
            expression(*condition->test, Precedence::logical_or);
            put('?');
            expression(*condition->consequent, Precedence::assignment);
            put(':');
            next = condition->alternate;
        }
        expression(*next, Precedence::assignment);
        if (parentheses) put(')');
        return;
    }
    // Groups that are true once one of their tests was.
    const Temporary value(*this);
    put("((");
    const Node* next = &node;
    std::size_t count = 0;
    while (const auto* condition = next->try_as<ConditionalExpression>()) {
        if (count != 0 && count % max_chain == 0) put("false)||(");
        ++count;
        expression(*condition->test, Precedence::logical_or);
        put("?(" + value.name() + '=');
        expression(*condition->consequent, Precedence::assignment);
        put(",true):");
        next = condition->alternate;
    }
    put('(' + value.name() + '=');
    expression(*next, Precedence::assignment);
    put(",true))," + value.name() + ')');
}

void Emitter::sequence(const SequenceExpression& node, Precedence least, bool value_used) {
    const bool groups = node.expressions.size() > max_chain;
    const bool parentheses = least > Precedence::comma || groups;
    if (parentheses) put('(');
    if (groups) put('(');
    for (std::size_t i = 0; i < node.expressions.size(); ++i) {
        if (i != 0 && i % max_chain == 0)
            put("),(");
        else if (i != 0)
            put(',');
        if (i + 1 < node.expressions.size() || !value_used) {
            effect(*node.expressions[i]);
        } else {
            expression(*node.expressions[i], Precedence::assignment);
        }
    }
    if (groups) put(')');
    if (parentheses) put(')');
}

}  // namespace k6::js::lower
