// What the names in expressions and statements mean.
#include <algorithm>

#include "js/lower/resolver.h"

namespace k6::js::lower {

void Resolver::use(std::string_view name, std::uint32_t node, std::uint32_t position) {
    const std::uint32_t index = name_index(name);
    Binding* binding = current_[index];
    result_.bindings_by_node_[node] = binding;
    if (binding == nullptr) {
        if (name == "arguments") {
            FunctionInfo& owner = this_function(*function_);
            owner.uses_arguments = true;
            if (&owner != function_ || owner.resumable()) owner.captures_arguments = true;
            return;
        }
        for (FunctionInfo* function = function_; function != nullptr; function = function->parent) {
            if (!used_by_.insert(function->id, index | 0x80000000u)) break;
            function->globals.push_back(index);
        }
        return;
    }
    binding->first_reference = std::min(binding->first_reference, position);
    if (binding->function != function_) {
        const FunctionInfo* child = nullptr;
        bool fresh = true;
        for (FunctionInfo* function = function_; function != binding->function; function = function->parent) {
            child = function;
            if (fresh) fresh = used_by_.insert(function->id, binding->id);
            if (fresh) function->outer_bindings.push_back(binding);
        }
        const bool by_itself = binding->kind == BindingKind::function && child->node->is<Function>() &&
                               child->node->kind == NodeKind::FunctionDeclaration &&
                               child->node->as<Function>()->function_id != nullptr &&
                               result_.bindings_by_node_[child->node->as<Function>()->function_id->id] == binding;
        (by_itself ? binding->self_captured : binding->captured) = true;
    }
    const FunctionInfo* running = function_;
    while (running != binding->function && running->runs_at_once()) running = running->parent;
    if (running == binding->function && (binding->pending || (binding->is_lexical() && binding->initialised_at == 0))) {
        // The declaration has not been reached yet: it comes later in the text.
        result_.flags_[node] |= Analysis::uninitialised;
    } else if (binding->is_lexical() && binding->initialised_at != 0 && binding->clause != binding->scope->clause) {
        // Another clause of the switch declares it.
        result_.flags_[node] |= Analysis::checked;
        binding->tdz_checked = true;
    }
    references_.push_back({binding, function_, position, node});
}

void Resolver::visit_target(const Node* pattern) {
    switch (pattern->kind) {
        case NodeKind::Identifier:
            use(*pattern->as<Identifier>());
            if (Binding* binding = result_.bindings_by_node_[pattern->id]) binding->assigned = true;
            break;
        case NodeKind::AssignmentPattern:
            visit_target(pattern->as<AssignmentPattern>()->target);
            visit(pattern->as<AssignmentPattern>()->default_value);
            break;
        case NodeKind::RestElement:
            visit_target(pattern->as<RestElement>()->argument);
            break;
        case NodeKind::ArrayPattern:
            for (const Node* element : pattern->as<ArrayPattern>()->elements)
                if (element != nullptr) visit_target(element);
            break;
        case NodeKind::ObjectPattern:
            for (const Node* property : pattern->as<ObjectPattern>()->properties) {
                if (const auto* named = property->try_as<PatternProperty>()) {
                    visit_key(named->computed, named->key);
                    visit_target(named->value);
                } else {
                    visit_target(property);
                }
            }
            break;
        default:
            visit(pattern);
            break;
    }
}

void Resolver::visit_declarator(const VariableDeclarator& declarator) {
    if (declarator.init != nullptr && declarator.target->is<Identifier>()) {
        Binding* binding = result_.bindings_by_node_[declarator.target->id];
        if (binding == nullptr) binding = current_[name_index(declarator.target->as<Identifier>()->name)];
        owner_ = binding;
        visit(declarator.init);
        owner_ = nullptr;
    } else if (declarator.init != nullptr) {
        visit(declarator.init);
    }
    bind_pattern(*declarator.target, declarator.end);
}

void Resolver::visit_loop_head(const Node* left, const Node* right) {
    const auto* declaration = left->try_as<VariableDeclaration>();
    if (declaration == nullptr) {
        visit(right);
        visit_target(left);
        return;
    }
    const VariableDeclarator& declarator = *declaration->declarators[0];
    if (declaration->declaration_kind != DeclarationKind::var) {
        declare_pattern(*declarator.target, declaration->declaration_kind == DeclarationKind::let
                                                ? BindingKind::let
                                                : BindingKind::constant);
    }
    if (declarator.init != nullptr) visit(declarator.init);
    visit(right);
    bind_pattern(*declarator.target, right->end);
    // A var or let whose value comes from the loop changes from round to round.
    if (declarator.target->is<Identifier>()) {
        Binding* binding = result_.bindings_by_node_[declarator.target->id];
        if (binding != nullptr && binding->kind == BindingKind::var) binding->assigned = true;
    }
}

void Resolver::visit(const Node* node) {
    Binding* owner = std::exchange(owner_, nullptr);
    while (node != nullptr) {
        const Node* next = nullptr;  // the child that a chain goes on with
        switch (node->kind) {
            case NodeKind::Identifier:
                use(*node->as<Identifier>());
                break;
            case NodeKind::TemplateLiteral:
                visit_all(node->as<TemplateLiteral>()->expressions);
                break;
            case NodeKind::TaggedTemplate:
                visit_all(node->as<TaggedTemplate>()->quasi->expressions);
                next = node->as<TaggedTemplate>()->tag;
                break;
            case NodeKind::ArrayExpression:
                for (const Node* element : node->as<ArrayExpression>()->elements) {
                    owner_ = owner;
                    if (element != nullptr) visit(element);
                }
                owner_ = nullptr;
                break;
            case NodeKind::ObjectExpression:
                for (const Node* property : node->as<ObjectExpression>()->properties) {
                    owner_ = owner;
                    visit(property);
                }
                owner_ = nullptr;
                break;
            case NodeKind::Property: {
                const auto& property = *node->as<Property>();
                visit_key(property.computed, property.key);
                const bool method = property.method || property.property_kind != PropertyKind::init;
                if (method) {
                    visit_function(*property.value->as<Function>(), FunctionKind::method, owner);
                } else {
                    owner_ = owner;
                    visit(property.value);
                    owner_ = nullptr;
                }
                break;
            }
            case NodeKind::FunctionExpression:
                visit_function(*node->as<Function>(), FunctionKind::function, owner);
                break;
            case NodeKind::ArrowFunction:
                visit_function(*node->as<Function>(), FunctionKind::arrow, owner);
                break;
            case NodeKind::FunctionDeclaration: {
                const auto& function = *node->as<Function>();
                Binding* binding =
                    function.function_id != nullptr ? result_.bindings_by_node_[function.function_id->id] : nullptr;
                visit_function(function, FunctionKind::function, binding);
                break;
            }
            case NodeKind::ClassExpression:
                visit_class(*node->as<Class>(), owner);
                break;
            case NodeKind::ClassDeclaration: {
                const auto& declaration = *node->as<Class>();
                Binding* binding =
                    declaration.class_id != nullptr ? result_.bindings_by_node_[declaration.class_id->id] : nullptr;
                visit_class(declaration, binding);
                if (binding != nullptr && binding->is_lexical()) {
                    binding->initialised_at = node->end;
                    binding->clause = binding->scope->clause;
                }
                break;
            }
            case NodeKind::UnaryExpression:
                next = node->as<UnaryExpression>()->argument;
                break;
            case NodeKind::UpdateExpression:
                visit_target(node->as<UpdateExpression>()->argument);
                break;
            case NodeKind::BinaryExpression:
                visit(node->as<BinaryExpression>()->right);
                next = node->as<BinaryExpression>()->left;
                break;
            case NodeKind::LogicalExpression:
                visit(node->as<LogicalExpression>()->right);
                next = node->as<LogicalExpression>()->left;
                break;
            case NodeKind::AssignmentExpression:
                visit_target(node->as<AssignmentExpression>()->target);
                next = node->as<AssignmentExpression>()->value;
                break;
            case NodeKind::ConditionalExpression:
                visit(node->as<ConditionalExpression>()->test);
                visit(node->as<ConditionalExpression>()->consequent);
                next = node->as<ConditionalExpression>()->alternate;
                break;
            case NodeKind::CallExpression: {
                const auto& call = *node->as<CallExpression>();
                if (call.callee->is<Super>()) {
                    FunctionInfo& target = this_function(*function_);
                    use_this();
                    if (&target != function_) target.captures_super_call = true;
                    target.super_calls += &target != function_ || loop_depth_ > 0 ? 2 : 1;
                } else {
                    next = call.callee;
                }
                visit_all(call.arguments);
                break;
            }
            case NodeKind::NewExpression:
                visit_all(node->as<NewExpression>()->arguments);
                next = node->as<NewExpression>()->callee;
                break;
            case NodeKind::MemberExpression: {
                const auto& member = *node->as<MemberExpression>();
                if (member.computed) visit(member.property);
                next = member.object;
                break;
            }
            case NodeKind::ChainExpression:
                next = node->as<ChainExpression>()->expression;
                break;
            case NodeKind::SequenceExpression:
                visit_all(node->as<SequenceExpression>()->expressions);
                break;
            case NodeKind::ThisExpression:
            case NodeKind::Super:
                use_this();
                break;
            case NodeKind::MetaProperty:
                if (node->as<MetaProperty>()->meta == MetaKind::new_target)
                    this_function(*function_).uses_new_target = true;
                break;
            case NodeKind::ImportExpression:
                next = node->as<ImportExpression>()->source;
                break;
            case NodeKind::AwaitExpression:
                next = node->as<AwaitExpression>()->argument;
                break;
            case NodeKind::YieldExpression:
                next = node->as<YieldExpression>()->argument;
                break;
            case NodeKind::SpreadElement:
                next = node->as<SpreadElement>()->argument;
                break;
            // Statements
            case NodeKind::BlockStatement:
                in_scope(*node, [&] {
                    declare_lexical(node->as<BlockStatement>()->body, false);
                    visit_statements(node->as<BlockStatement>()->body);
                });
                break;
            case NodeKind::ExpressionStatement:
                next = node->as<ExpressionStatement>()->expression;
                break;
            case NodeKind::VariableDeclaration:
                for (const auto* declarator : node->as<VariableDeclaration>()->declarators)
                    visit_declarator(*declarator);
                break;
            case NodeKind::IfStatement:
                visit(node->as<IfStatement>()->test);
                visit(node->as<IfStatement>()->consequent);
                next = node->as<IfStatement>()->alternate;
                break;
            case NodeKind::ForStatement:
                in_loop([&] {
                    in_scope(*node, [&] {
                        const auto& loop = *node->as<ForStatement>();
                        std::size_t functions = result_.functions_.size();
                        if (loop.init != nullptr) {
                            declare_statement(*loop.init, false);
                            visit(loop.init);
                        }
                        if (result_.functions_.size() != functions)
                            result_.flags_[node->id] |= Analysis::functions_in_init;
                        functions = result_.functions_.size();
                        visit(loop.test);
                        visit(loop.update);
                        if (result_.functions_.size() != functions)
                            result_.flags_[node->id] |= Analysis::functions_in_head;
                        std::vector<bool> assigned;
                        for (Binding* binding : scope_->bindings)
                            assigned.push_back(std::exchange(binding->assigned, false));
                        visit(loop.body);
                        for (std::size_t i = 0; i < assigned.size(); ++i) {
                            Binding& binding = *scope_->bindings[i];
                            binding.assigned_in_body = binding.assigned;
                            binding.assigned = binding.assigned || assigned[i];
                        }
                    });
                });
                break;
            case NodeKind::ForInStatement:
                in_loop([&] {
                    in_scope(*node, [&] {
                        visit_loop_head(node->as<ForInStatement>()->left, node->as<ForInStatement>()->right);
                        visit(node->as<ForInStatement>()->body);
                    });
                });
                break;
            case NodeKind::ForOfStatement:
                in_loop([&] {
                    in_scope(*node, [&] {
                        visit_loop_head(node->as<ForOfStatement>()->left, node->as<ForOfStatement>()->right);
                        visit(node->as<ForOfStatement>()->body);
                    });
                });
                break;
            case NodeKind::WhileStatement:
                in_loop([&] {
                    visit(node->as<WhileStatement>()->test);
                    visit(node->as<WhileStatement>()->body);
                });
                break;
            case NodeKind::DoWhileStatement:
                in_loop([&] {
                    visit(node->as<DoWhileStatement>()->body);
                    visit(node->as<DoWhileStatement>()->test);
                });
                break;
            case NodeKind::ReturnStatement:
                next = node->as<ReturnStatement>()->argument;
                break;
            case NodeKind::ThrowStatement:
                next = node->as<ThrowStatement>()->argument;
                break;
            case NodeKind::TryStatement: {
                const auto& statement = *node->as<TryStatement>();
                visit(statement.block);
                if (statement.handler != nullptr) {
                    const CatchClause& handler = *statement.handler;
                    in_scope(handler, [&] {
                        if (handler.param != nullptr) {
                            declare_pattern(*handler.param, BindingKind::catch_parameter);
                            bind_pattern(*handler.param, 0);
                        }
                        visit(handler.body);
                    });
                }
                next = statement.finalizer;
                break;
            }
            case NodeKind::SwitchStatement: {
                const auto& statement = *node->as<SwitchStatement>();
                visit(statement.discriminant);
                in_scope(*node, [&] {
                    for (const auto* clause : statement.cases) declare_lexical(clause->consequent, false);
                    for (const auto* clause : statement.cases) {
                        ++scope_->clause;
                        visit(clause->test);
                        visit_statements(clause->consequent);
                    }
                });
                break;
            }
            case NodeKind::LabeledStatement:
                next = node->as<LabeledStatement>()->body;
                break;
            case NodeKind::WithStatement:
                visit(node->as<WithStatement>()->object);
                next = node->as<WithStatement>()->body;
                break;
            // Modules
            case NodeKind::ExportNamedDeclaration:
                next = node->as<ExportNamedDeclaration>()->declaration;
                break;
            case NodeKind::ExportDefaultDeclaration: {
                const Node* declaration = node->as<ExportDefaultDeclaration>()->declaration;
                next = declaration;
                break;
            }
            // TypeScript
            case NodeKind::TsEnumDeclaration:
                visit_enum(*node->as<TsEnumDeclaration>());
                break;
            case NodeKind::TsNamespaceDeclaration:
                visit_namespace(*node->as<TsNamespaceDeclaration>());
                break;
            case NodeKind::TsImportEquals: {
                const auto& import = *node->as<TsImportEquals>();
                if (!import.used_as_value) break;
                if (!import.is_require) visit(import.reference);
                if (import.is_require) use("require", import.id, import.start);
                bind_pattern(*import.import_id, import.end);
                break;
            }
            case NodeKind::TsExportAssignment:
                use("module", node->id, node->start);
                next = node->as<TsExportAssignment>()->expression;
                break;
            default:
                break;
        }
        node = next;
        owner = nullptr;  // what is called in an initialiser runs before the variable is there
    }
}

}  // namespace k6::js::lower
