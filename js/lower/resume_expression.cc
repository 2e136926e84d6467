// The expressions of resumable functions (resume.cc) that suspend: taken apart at their suspensions.
#include <algorithm>

#include "js/lower/emitter.h"

namespace k6::js::lower {

using namespace syntax;

std::string Emitter::keep_variable() {
    Machine& machine = *frame_->machine;
    ++machine.kept;
    machine.most_kept = std::max(machine.most_kept, machine.kept);
    return generated('w', machine.kept);
}

const Node* Emitter::variable_node(const std::string& code, const Node& origin, bool constant) {
    Binding& binding = analysis_.add_binding();
    binding.kind = BindingKind::var;
    binding.code = code;
    binding.name = "";
    binding.function = frame_->info;
    binding.scope = &machine_scope_;
    binding.assigned = !constant;
    auto* node = arena_.make<Identifier>();
    node->id = analysis_.add_node(&binding);
    node->start = origin.start;
    node->end = origin.end;
    node->name = "value";
    return node;
}

const Node* Emitter::keep(const Node& node) {
    if (is_literal(node) || is_constant(node) || node.is<Function>() || node.is<Super>()) return &node;
    const std::string variable = keep_variable();
    put(variable + '=');
    expression(node, Precedence::assignment);
    put(';');
    return variable_node(variable, node, true);
}

List<Node> Emitter::list_of(const std::vector<const Node*>& nodes) {
    std::vector<Node*> items;
    for (const Node* node : nodes) items.push_back(const_cast<Node*>(node));
    return arena_.copy(std::span<Node* const>(items));
}

void Emitter::explode_list(std::vector<const Node*>& nodes) {
    std::size_t last = nodes.size();
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i] != nullptr && suspends(*nodes[i])) last = i;
    if (last == nodes.size()) return;
    for (std::size_t i = 0; i <= last; ++i) {
        if (nodes[i] == nullptr) continue;
        if (const auto* spread = nodes[i]->try_as<SpreadElement>()) {
            auto* result = copy_of(*spread);
            const Node* argument = explode(*spread->argument);
            if (i < last) {
                // The elements as they are now.
                auto* list = arena_.make<ArrayExpression>();
                list->start = spread->start;
                auto* inner = copy_of(*spread);
                inner->argument = const_cast<Node*>(argument);
                list->elements = list_of({inner});
                argument = keep(*list);
            }
            result->argument = const_cast<Node*>(argument);
            nodes[i] = result;
            continue;
        }
        nodes[i] = explode(*nodes[i]);
        if (i < last) nodes[i] = keep(*nodes[i]);
    }
}

const Node* Emitter::explode(const Node& node) {
    if (!suspends(node)) return &node;
    const auto mutable_node = [](const Node* child) { return const_cast<Node*>(child); };
    const auto condition = [&](const Node& test, bool negated, int state) {
        put(negated ? "if(!(" : "if((");
        expression(test);
        put("))");
        go(state);
    };
    switch (node.kind) {
        case NodeKind::AwaitExpression: {
            if (!frame_->machine->is_async) break;
            const Node* argument = explode(*node.as<AwaitExpression>()->argument);
            mark(node);
            await_value(captured(*argument, Precedence::assignment));
            return variable_node(analysis_.sigil() + 'v', node, false);
        }
        case NodeKind::YieldExpression: {
            const auto& yield = *node.as<YieldExpression>();
            if (yield.delegate) return frame_->machine->is_async ? delegate_async(yield) : delegate(yield);
            const Node* argument = yield.argument != nullptr ? explode(*yield.argument) : nullptr;
            mark(node);
            yield_value(argument != nullptr ? captured(*argument, Precedence::assignment) : "void 0");
            return variable_node(analysis_.sigil() + 'v', node, false);
        }
        case NodeKind::UnaryExpression: {
            auto* result = copy_of(*node.as<UnaryExpression>());
            result->argument = mutable_node(explode(*result->argument));
            return result;
        }
        case NodeKind::UpdateExpression: {
            auto* result = copy_of(*node.as<UpdateExpression>());
            result->argument = mutable_node(explode(*result->argument));
            return result;
        }
        case NodeKind::BinaryExpression: {
            // Left spines can be long.
            std::vector<const BinaryExpression*> spine;
            const Node* left = &node;
            while (left->is<BinaryExpression>() && suspends(*left)) {
                spine.push_back(left->as<BinaryExpression>());
                left = spine.back()->left;
            }
            const Node* value = left;
            for (std::size_t i = spine.size(); i-- > 0;) {
                auto* result = copy_of(*spine[i]);
                std::vector<const Node*> operands{value, spine[i]->right};
                if (value->is<PrivateName>()) {
                    operands[1] = explode(*spine[i]->right);
                } else if (i + 1 < spine.size() && suspends(*spine[i]->right)) {
                    operands[0] = keep(*value);
                    operands[1] = explode(*spine[i]->right);
                } else {
                    explode_list(operands);
                }
                result->left = mutable_node(operands[0]);
                result->right = mutable_node(operands[1]);
                value = result;
            }
            return value;
        }
        case NodeKind::LogicalExpression: {
            const auto& logical_node = *node.as<LogicalExpression>();
            const Node* left = explode(*logical_node.left);
            if (!suspends(*logical_node.right)) {
                auto* result = copy_of(logical_node);
                result->left = mutable_node(left);
                return result;
            }
            const std::string variable = keep_variable();
            const int end = new_state();
            put(variable + '=');
            expression(*left, Precedence::assignment);
            put(';');
            switch (logical_node.op) {
                case LogicalOperator::logical_and:
                    put("if(!" + variable + ')');
                    break;
                case LogicalOperator::logical_or:
                    put("if(" + variable + ')');
                    break;
                case LogicalOperator::nullish:
                    put("if(" + variable + "!=null)");
                    break;
            }
            go(end);
            const Node* right = explode(*logical_node.right);
            put(variable + '=');
            expression(*right, Precedence::assignment);
            put(';');
            place(end);
            return variable_node(variable, node, true);
        }
        case NodeKind::ConditionalExpression: {
            const auto& conditional_node = *node.as<ConditionalExpression>();
            const Node* test = explode(*conditional_node.test);
            if (!suspends(*conditional_node.consequent) && !suspends(*conditional_node.alternate)) {
                auto* result = copy_of(conditional_node);
                result->test = mutable_node(test);
                return result;
            }
            const std::string variable = keep_variable();
            const int other = new_state();
            const int end = new_state();
            condition(*test, true, other);
            const auto branch = [&](const Node& value) {
                const Node* rest = explode(value);
                put(variable + '=');
                expression(*rest, Precedence::assignment);
                put(';');
            };
            branch(*conditional_node.consequent);
            go(end);
            place(other);
            branch(*conditional_node.alternate);
            place(end);
            return variable_node(variable, node, true);
        }
        case NodeKind::AssignmentExpression:
            return explode_assignment(*node.as<AssignmentExpression>());
        case NodeKind::CallExpression:
            return explode_call(*node.as<CallExpression>());
        case NodeKind::NewExpression: {
            auto* result = copy_of(*node.as<NewExpression>());
            std::vector<const Node*> parts{result->callee};
            parts.insert(parts.end(), result->arguments.begin(), result->arguments.end());
            explode_list(parts);
            result->callee = mutable_node(parts[0]);
            result->arguments = list_of({parts.begin() + 1, parts.end()});
            return result;
        }
        case NodeKind::MemberExpression: {
            auto* result = copy_of(*node.as<MemberExpression>());
            std::vector<const Node*> parts{result->object, result->computed ? result->property : nullptr};
            explode_list(parts);
            result->object = mutable_node(parts[0]);
            if (result->computed) result->property = mutable_node(parts[1]);
            return result;
        }
        case NodeKind::ChainExpression:
            return explode_chain(*node.as<ChainExpression>());
        case NodeKind::TemplateLiteral: {
            auto* result = copy_of(*node.as<TemplateLiteral>());
            std::vector<const Node*> parts(result->expressions.begin(), result->expressions.end());
            explode_list(parts);
            result->expressions = list_of(parts);
            return result;
        }
        case NodeKind::TaggedTemplate: {
            auto* result = copy_of(*node.as<TaggedTemplate>());
            auto* quasi = copy_of(*result->quasi);
            const auto* member = result->tag->try_as<MemberExpression>();
            std::vector<const Node*> parts{member != nullptr && !member->object->is<Super>() ? member->object
                                                                                             : result->tag};
            parts.insert(parts.end(), quasi->expressions.begin(), quasi->expressions.end());
            explode_list(parts);
            if (member != nullptr && !member->object->is<Super>()) {
                auto* tag = copy_of(*member);
                tag->object = mutable_node(parts[0]);
                result->tag = tag;
            } else {
                result->tag = mutable_node(parts[0]);
            }
            quasi->expressions = list_of({parts.begin() + 1, parts.end()});
            result->quasi = quasi;
            return result;
        }
        case NodeKind::ArrayExpression: {
            auto* result = copy_of(*node.as<ArrayExpression>());
            std::vector<const Node*> parts(result->elements.begin(), result->elements.end());
            explode_list(parts);
            result->elements = list_of(parts);
            return result;
        }
        case NodeKind::ObjectExpression:
            return explode_object(*node.as<ObjectExpression>());
        case NodeKind::SequenceExpression: {
            const auto& expressions = node.as<SequenceExpression>()->expressions;
            for (std::size_t i = 0; i + 1 < expressions.size(); ++i) {
                const Node* rest = explode(*expressions[i]);
                effect_statement(*rest);
            }
            return explode(*expressions.back());
        }
        case NodeKind::ImportExpression: {
            auto* result = copy_of(*node.as<ImportExpression>());
            result->source = mutable_node(explode(*result->source));
            return result;
        }
        case NodeKind::ClassExpression:
        case NodeKind::ClassDeclaration:
            return explode_class(*node.as<Class>());
        default:
            break;
    }
    unsupported(node, "await or yield inside of this construct is");
    return variable_node("0", node, true);
}

const Node* Emitter::explode_assignment(const AssignmentExpression& node) {
    auto* result = copy_of(node);
    const auto set_value = [&](const Node* value) { result->value = const_cast<Node*>(value); };
    if (!node.target->is<MemberExpression>() && suspends(*node.target)) {
        const Node* value = keep(*explode(*node.value));
        const std::string source = keep_variable();
        put(source + '=');
        expression(*value, Precedence::assignment);
        put(';');
        machine_pattern(*node.target, source, false);
        return variable_node(source, node, true);
    }
    const bool logical_op = node.op == AssignmentOperator::logical_and || node.op == AssignmentOperator::logical_or ||
                            node.op == AssignmentOperator::nullish;
    if (const auto* member = node.target->try_as<MemberExpression>()) {
        auto* target = copy_of(*member);
        std::vector<const Node*> parts{member->object, member->computed ? member->property : nullptr, node.value};
        if (node.op == AssignmentOperator::assign) {
            explode_list(parts);
            set_value(parts[2]);
        } else {
            parts.pop_back();
            explode_list(parts);
            if (suspends(*node.value))
                for (const Node*& part : parts)
                    if (part != nullptr) part = keep(*part);
        }
        target->object = const_cast<Node*>(parts[0]);
        if (member->computed) target->property = const_cast<Node*>(parts[1]);
        result->target = target;
        if (node.op == AssignmentOperator::assign) return result;
    } else if (node.op == AssignmentOperator::assign) {
        set_value(explode(*node.value));
        return result;
    }
    if (!suspends(*node.value)) return result;
    // The old value is read before the suspension.
    const std::string variable = keep_variable();
    put(variable + '=');
    expression(*result->target, Precedence::assignment);
    put(';');
    if (logical_op) {
        const int end = new_state();
        put(node.op == AssignmentOperator::logical_and  ? "if(!" + variable + ')'
            : node.op == AssignmentOperator::logical_or ? "if(" + variable + ')'
                                                        : "if(" + variable + "!=null)");
        go(end);
        auto* store_node = arena_.make<AssignmentExpression>();
        store_node->start = node.start;
        store_node->target = result->target;
        store_node->value = const_cast<Node*>(explode(*node.value));
        put(variable + '=');
        expression(*store_node, Precedence::assignment);
        put(';');
        place(end);
        return variable_node(variable, node, true);
    }
    auto* sum = arena_.make<BinaryExpression>();
    sum->start = node.value->start;
    sum->op = operator_of(node.op);
    sum->left = const_cast<Node*>(variable_node(variable, node, true));
    sum->right = const_cast<Node*>(explode(*node.value));
    result->op = AssignmentOperator::assign;
    set_value(sum);
    return result;
}

const Node* Emitter::explode_call(const CallExpression& node) {
    auto* result = copy_of(node);
    const auto* member = node.callee->try_as<MemberExpression>();
    if (member != nullptr && member->object->is<Super>()) member = nullptr;
    std::vector<const Node*> parts;
    if (member != nullptr) {
        parts = {member->object, member->computed ? member->property : nullptr};
    } else if (node.callee->is<Super>() || node.callee->is<MemberExpression>()) {
        parts = {nullptr, nullptr};
    } else {
        parts = {node.callee, nullptr};
    }
    parts.insert(parts.end(), node.arguments.begin(), node.arguments.end());
    explode_list(parts);
    if (member != nullptr) {
        auto* callee = copy_of(*member);
        callee->object = const_cast<Node*>(parts[0]);
        if (member->computed) callee->property = const_cast<Node*>(parts[1]);
        result->callee = callee;
    } else if (parts[0] != nullptr) {
        result->callee = const_cast<Node*>(parts[0]);
    }
    result->arguments = list_of({parts.begin() + 2, parts.end()});
    return result;
}

const Node* Emitter::explode_object(const ObjectExpression& node) {
    std::size_t last = 0;
    for (std::size_t i = 0; i < node.properties.size(); ++i)
        if (suspends(*node.properties[i])) last = i;
    std::vector<const Node*> properties;
    for (std::size_t i = 0; i < node.properties.size(); ++i) {
        const Node& member = *node.properties[i];
        if (i > last) {
            properties.push_back(&member);
            continue;
        }
        if (const auto* spread = member.try_as<SpreadElement>()) {
            auto* result = copy_of(*spread);
            const Node* argument = explode(*spread->argument);
            if (i < last) {
                auto* inner = copy_of(*spread);
                inner->argument = const_cast<Node*>(argument);
                auto* object_node = arena_.make<ObjectExpression>();
                object_node->start = spread->start;
                object_node->properties = list_of({inner});
                argument = keep(*object_node);
            }
            result->argument = const_cast<Node*>(argument);
            properties.push_back(result);
            continue;
        }
        auto* property = copy_of(*member.as<Property>());
        const bool is_function = property->method || property->property_kind != PropertyKind::init;
        std::vector<const Node*> parts{property->computed ? property->key : nullptr,
                                       is_function ? nullptr : property->value};
        explode_list(parts);
        for (const Node*& part : parts)
            if (i < last && part != nullptr) part = keep(*part);
        if (property->computed) property->key = const_cast<Node*>(parts[0]);
        if (!is_function) property->value = const_cast<Node*>(parts[1]);
        property->shorthand = false;
        properties.push_back(property);
    }
    auto* result = copy_of(node);
    result->properties = list_of(properties);
    return result;
}

const Node* Emitter::explode_chain(const ChainExpression& node) {
    std::vector<const Node*> links;
    const Node* base = node.expression;
    for (;;) {
        if (const auto* member = base->try_as<MemberExpression>(); member != nullptr && !member->object->is<Super>()) {
            links.push_back(base);
            base = member->object;
        } else if (const auto* call = base->try_as<CallExpression>(); call != nullptr && !call->callee->is<Super>()) {
            links.push_back(base);
            base = call->callee;
        } else {
            break;
        }
    }
    std::reverse(links.begin(), links.end());
    const std::string variable = keep_variable();
    const int end = new_state();
    put(variable + "=void 0;");
    const Node* value = explode(*base);
    const Node* this_object = nullptr;  // of a call of `value`, if value is no member expression any more
    for (std::size_t i = 0; i < links.size(); ++i) {
        if (const auto* member = links[i]->try_as<MemberExpression>()) {
            const bool call_follows = i + 1 < links.size() && links[i + 1]->is<CallExpression>();
            if (member->optional || call_follows) value = keep(*value);
            if (member->optional) {
                put("if(");
                expression(*value, Precedence::equality);
                put("==null)");
                go(end);
            }
            auto* access = copy_of(*member);
            access->optional = false;
            std::vector<const Node*> parts{value, member->computed ? member->property : nullptr};
            explode_list(parts);
            access->object = const_cast<Node*>(parts[0]);
            if (member->computed) access->property = const_cast<Node*>(parts[1]);
            this_object = call_follows ? access->object : nullptr;
            value = access;
            continue;
        }
        const auto& link = *links[i]->as<CallExpression>();
        auto* call = copy_of(link);
        call->optional = false;
        call->callee = const_cast<Node*>(value);
        if (link.optional) {
            value = keep(*value);
            put("if(");
            expression(*value, Precedence::equality);
            put("==null)");
            go(end);
            call->callee = const_cast<Node*>(value);
            if (this_object != nullptr) {
                auto* method = arena_.make<MemberExpression>();
                auto* name = arena_.make<Identifier>();
                name->id = analysis_.add_node(nullptr);
                name->start = link.start;
                name->name = "call";
                method->start = link.start;
                method->object = const_cast<Node*>(value);
                method->property = name;
                call->callee = method;
                std::vector<const Node*> arguments{this_object};
                arguments.insert(arguments.end(), link.arguments.begin(), link.arguments.end());
                call->arguments = list_of(arguments);
            }
        }
        value = explode_call(*call);
        this_object = nullptr;
    }
    put(variable + '=');
    expression(*value, Precedence::assignment);
    put(';');
    place(end);
    return variable_node(variable, node, true);
}

/// The super class and the keys of members are evaluated in order and kept; nothing else can suspend.
const Node* Emitter::explode_class(const Class& node) {
    auto* result = copy_of(node);
    const auto computed_key = [](const Node& member) -> const Node* {
        const auto* method = member.try_as<MethodDefinition>();
        const auto* property = member.try_as<PropertyDefinition>();
        if (method != nullptr && method->computed) return method->key;
        return property != nullptr && property->computed ? property->key : nullptr;
    };
    std::size_t last = 0;
    for (std::size_t i = 0; i < node.members.size(); ++i) {
        const Node* key = computed_key(*node.members[i]);
        if (key != nullptr && suspends(*key)) last = i + 1;
    }
    if (node.super_class != nullptr) {
        const Node* super_class = explode(*node.super_class);
        result->super_class = const_cast<Node*>(last != 0 ? keep(*super_class) : super_class);
    }
    std::vector<const Node*> members(node.members.begin(), node.members.end());
    for (std::size_t i = 0; i < last; ++i) {
        const Node* key = computed_key(*members[i]);
        if (key == nullptr || static_key(true, *key)) continue;
        const std::string variable = keep_variable();
        const Node* rest = explode(*key);
        put(variable + '=');
        call_support("$k_key");
        expression(*rest, Precedence::assignment);
        put(");");
        Node* kept = const_cast<Node*>(variable_node(variable, *key, true));
        if (const auto* method = members[i]->try_as<MethodDefinition>()) {
            auto* copy = copy_of(*method);
            copy->key = kept;
            if (result->constructor == method) result->constructor = copy;
            members[i] = copy;
        } else {
            auto* copy = copy_of(*members[i]->as<PropertyDefinition>());
            copy->key = kept;
            members[i] = copy;
        }
    }
    result->members = list_of(members);
    return result;
}

/// yield* iterable
const Node* Emitter::delegate(const YieldExpression& node) {
    const std::string& sigil = analysis_.sigil();
    const std::string iterator = keep_variable();
    const std::string result = keep_variable();
    const Node* argument = explode(*node.argument);
    mark(node);
    put(iterator + '=');
    call_support("$k_iterator");
    expression(*argument, Precedence::assignment);
    put(");" + sigil + "d=0;" + sigil + "v=void 0;");
    const int state = new_state();
    place(state);
    put(result + '=');
    call_support("$k_forward");
    put(iterator + ',' + sigil + "d," + sigil + "v);if(!" + result + ".done){" + sigil + "s=" + std::to_string(state) +
        ";return " + result + ".value;}");
    put("if(" + sigil + "d===2)");
    return_value(result + ".value", false);
    put(result + '=' + result + ".value;");
    return variable_node(result, node, true);
}

/// yield* iterable in an async generator: what the inner iterator answers is awaited, what it yields is not.
const Node* Emitter::delegate_async(const YieldExpression& node) {
    const std::string& sigil = analysis_.sigil();
    const std::string iterator = keep_variable();
    const std::string result = keep_variable();
    const std::string mode = keep_variable();
    const Node* argument = explode(*node.argument);
    mark(node);
    put(iterator + '=');
    call_support("$k_async_iterator");
    expression(*argument, Precedence::assignment);
    put(");" + sigil + "d=0;" + sigil + "v=void 0;");
    const int state = new_state();
    const int done = new_state();
    const int resumed = new_state();
    const int thrown = new_state();
    const int outer = frame_->machine->handler;
    place(state);
    put(mode + '=' + sigil + "d;");
    await_value(std::string(use("$k_forward")) + '(' + iterator + ',' + mode + ',' + sigil + "v)");
    put(result + '=');
    call_support("$k_result");
    put(sigil + "v);if(" + result + ".done)");
    go(done);
    put(sigil + "s=" + std::to_string(resumed) + ";return " + result + ".value;");
    place(resumed);
    put("if(" + sigil + "d!==2)");
    go(state);
    // A value to return is awaited first; if that fails, the iterator gets the error.
    set_handler(thrown);
    await_value(sigil + 'v');
    set_handler(outer);
    put(sigil + "d=2;");
    go(state);
    place(thrown);
    set_handler(outer);
    put(sigil + "d=1;");
    go(state);
    place(done);
    put("if(" + mode + "===2)");
    return_value(result + ".value", false);
    put(result + '=' + result + ".value;");
    return variable_node(result, node, true);
}

}  // namespace k6::js::lower
