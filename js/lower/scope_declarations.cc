// What statements, patterns, functions and classes declare.
#include <algorithm>

#include "js/lower/resolver.h"

namespace k6::js::lower {

void Resolver::declare_pattern(const Node& pattern, BindingKind kind) {
    for_each_declared_name(pattern, [&](const Identifier& id) { declare(id, kind); });
}

/// Gives the identifiers of a declared pattern their binding, and says from where on they have a value.
void Resolver::bind_pattern(const Node& pattern, std::uint32_t initialised_at) {
    switch (pattern.kind) {
        case NodeKind::Identifier: {
            const auto& identifier = *pattern.as<Identifier>();
            Binding* binding = result_.bindings_by_node_[identifier.id];
            if (binding == nullptr) {
                binding = current_[name_index(identifier.name)];
                result_.bindings_by_node_[identifier.id] = binding;
            }
            if (binding != nullptr && binding->is_lexical()) {
                binding->initialised_at = initialised_at;
                binding->clause = binding->scope->clause;
            }
            if (binding != nullptr) binding->pending = false;
            break;
        }
        case NodeKind::AssignmentPattern:
            visit(pattern.as<AssignmentPattern>()->default_value);
            bind_pattern(*pattern.as<AssignmentPattern>()->target, initialised_at);
            break;
        case NodeKind::RestElement:
            bind_pattern(*pattern.as<RestElement>()->argument, initialised_at);
            break;
        case NodeKind::TsParameterProperty:
            bind_pattern(*pattern.as<TsParameterProperty>()->parameter, initialised_at);
            break;
        case NodeKind::ArrayPattern:
            for (const Node* element : pattern.as<ArrayPattern>()->elements)
                if (element != nullptr) bind_pattern(*element, initialised_at);
            break;
        case NodeKind::ObjectPattern:
            for (const Node* property : pattern.as<ObjectPattern>()->properties) {
                if (const auto* named = property->try_as<PatternProperty>()) {
                    visit_key(named->computed, named->key);
                    bind_pattern(*named->value, initialised_at);
                } else {
                    bind_pattern(*property, initialised_at);
                }
            }
            break;
        default:
            break;
    }
}

void Resolver::declare_var(const Node& pattern) {
    for_each_declared_name(pattern, [&](const Identifier& identifier) {
        Binding* binding = find_own(identifier.name);
        if (binding == nullptr && scope_->parent != nullptr && scope_->parent->function == function_) {
            Binding* parameter = current_[name_index(identifier.name)];
            if (parameter != nullptr && parameter->scope == scope_->parent &&
                parameter->kind == BindingKind::parameter) {
                const auto* function = function_->node->try_as<Function>();
                if (function == nullptr || function->has_simple_params) {
                    binding = parameter;
                } else {
                    binding = add_binding(identifier.name, BindingKind::var);
                    binding->starts_as = parameter;
                }
            }
        }
        if (binding == nullptr) binding = add_binding(identifier.name, BindingKind::var);
        result_.bindings_by_node_[identifier.id] = binding;
    });
}

/// Declares what `var` declares in a statement, at any depth.
void Resolver::declare_vars(const Node& start) {
    const Node* node = &start;
    while (node != nullptr) {
        const Node* next = nullptr;
        switch (node->kind) {
            case NodeKind::VariableDeclaration:
                if (node->as<VariableDeclaration>()->declaration_kind == DeclarationKind::var)
                    for (const auto* declarator : node->as<VariableDeclaration>()->declarators)
                        declare_var(*declarator->target);
                break;
            case NodeKind::ExportNamedDeclaration:
                next = node->as<ExportNamedDeclaration>()->declaration;
                break;
            case NodeKind::BlockStatement:
                declare_vars(node->as<BlockStatement>()->body);
                break;
            case NodeKind::IfStatement:
                declare_vars(*node->as<IfStatement>()->consequent);
                next = node->as<IfStatement>()->alternate;
                break;
            case NodeKind::ForStatement:
                if (node->as<ForStatement>()->init != nullptr) declare_vars(*node->as<ForStatement>()->init);
                next = node->as<ForStatement>()->body;
                break;
            case NodeKind::ForInStatement:
                declare_vars(*node->as<ForInStatement>()->left);
                next = node->as<ForInStatement>()->body;
                break;
            case NodeKind::ForOfStatement:
                declare_vars(*node->as<ForOfStatement>()->left);
                next = node->as<ForOfStatement>()->body;
                break;
            case NodeKind::WhileStatement:
                next = node->as<WhileStatement>()->body;
                break;
            case NodeKind::DoWhileStatement:
                next = node->as<DoWhileStatement>()->body;
                break;
            case NodeKind::LabeledStatement:
                next = node->as<LabeledStatement>()->body;
                break;
            case NodeKind::WithStatement:
                next = node->as<WithStatement>()->body;
                break;
            case NodeKind::SwitchStatement:
                for (const auto* clause : node->as<SwitchStatement>()->cases) declare_vars(clause->consequent);
                break;
            case NodeKind::TryStatement: {
                const auto& statement = *node->as<TryStatement>();
                declare_vars(statement.block->body);
                if (statement.handler != nullptr) declare_vars(statement.handler->body->body);
                next = statement.finalizer;
                break;
            }
            default:
                break;
        }
        node = next;
    }
}

void Resolver::declare_lexical(List<Statement> statements, bool function_top) {
    for (const Node* statement : statements) declare_statement(*statement, function_top);
}

void Resolver::declare_statement(const Node& statement, bool function_top) {
    switch (statement.kind) {
        case NodeKind::VariableDeclaration: {
            const auto& declaration = *statement.as<VariableDeclaration>();
            if (declaration.declaration_kind == DeclarationKind::var) break;
            const auto kind =
                declaration.declaration_kind == DeclarationKind::let ? BindingKind::let : BindingKind::constant;
            for (const auto* declarator : declaration.declarators) declare_pattern(*declarator->target, kind);
            break;
        }
        case NodeKind::FunctionDeclaration:
            if (statement.as<Function>()->function_id != nullptr) {
                const Identifier& id = *statement.as<Function>()->function_id;
                if (function_top && find_own(id.name) == nullptr && scope_->parent != nullptr &&
                    scope_->parent->function == function_) {
                    // A function that takes the place of a parameter.
                    declare_var(id);
                    if (result_.bindings_by_node_[id.id]->starts_as != nullptr)
                        result_.bindings_by_node_[id.id]->starts_as = nullptr;
                    if (result_.bindings_by_node_[id.id]->kind == BindingKind::var)
                        result_.bindings_by_node_[id.id]->kind = BindingKind::function;
                } else {
                    declare(id, BindingKind::function);
                }
            }
            break;
        case NodeKind::ClassDeclaration:
            if (statement.as<Class>()->class_id != nullptr)
                declare(*statement.as<Class>()->class_id, BindingKind::class_name);
            break;
        case NodeKind::LabeledStatement:
            declare_statement(*statement.as<LabeledStatement>()->body, function_top);
            break;
        case NodeKind::ExportNamedDeclaration:
            if (statement.as<ExportNamedDeclaration>()->declaration != nullptr)
                declare_statement(*statement.as<ExportNamedDeclaration>()->declaration, function_top);
            break;
        case NodeKind::ExportDefaultDeclaration:
            declare_statement(*statement.as<ExportDefaultDeclaration>()->declaration, function_top);
            break;
        case NodeKind::ImportDeclaration: {
            const auto& declaration = *statement.as<ImportDeclaration>();
            for (const auto* specifier : declaration.specifiers) {
                if (!specifier->used_as_value) continue;
                Binding* binding = declare(*specifier->local, BindingKind::import);
                binding->request = result_.flags_[declaration.source->id];
                if (specifier->import_kind == ImportKind::named) binding->imported = specifier->imported;
                if (specifier->import_kind == ImportKind::default_import) binding->imported = "default";
                binding->is_member = specifier->import_kind != ImportKind::namespace_import;
            }
            break;
        }
        case NodeKind::TsEnumDeclaration:
            declare(*statement.as<TsEnumDeclaration>()->enum_id, BindingKind::var);
            break;
        case NodeKind::TsNamespaceDeclaration:
            declare(*statement.as<TsNamespaceDeclaration>()->namespace_id, BindingKind::var);
            break;
        case NodeKind::TsImportEquals:
            if (statement.as<TsImportEquals>()->used_as_value)
                declare(*statement.as<TsImportEquals>()->import_id, BindingKind::constant);
            break;
        default:
            break;
    }
}

// ---- Functions and classes ----

void Resolver::visit_function(const Function& node, FunctionKind kind, Binding* owner) {
    const bool self_named = node.kind == NodeKind::FunctionExpression && node.function_id != nullptr;
    FunctionInfo* function = open_function(kind, node);
    function->owner = owner;
    if (owner != nullptr) owner->owns_functions = true;
    function->is_async = node.is_async;
    function->is_generator = node.is_generator;
    open_scope(true);
    if (self_named) {
        declare(*node.function_id, BindingKind::function_self);
        open_scope(true);
    }
    for (const Node* param : node.params) declare_pattern(*param, BindingKind::parameter);
    if (!node.has_simple_params)
        for (Binding* binding : scope_->bindings) binding->pending = true;
    for (const Node* param : node.params) bind_pattern(*param, 0);
    open_scope(true);
    if (node.has_expression_body) {
        visit(node.body);
    } else {
        const auto& body = *node.body->as<BlockStatement>();
        declare_vars(body.body);
        declare_lexical(body.body, true);
        visit_statements(body.body);
    }
    close_scope();
    if (self_named) close_scope();
    close_scope();
    close_function();
}

void Resolver::visit_class(const Class& node, Binding* owner) {
    if (owner != nullptr) owner->owns_functions = true;
    if (node.super_class != nullptr) visit(node.super_class);
    open_function(FunctionKind::class_body, node);
    Scope* scope = open_scope(true);
    if (node.class_id != nullptr) {
        // The declaration's own binding is the one around; inside, the name means the class for ever.
        Binding* self = add_binding(node.class_id->name, BindingKind::class_self);
        self->first_reference = 0;
        if (node.kind == NodeKind::ClassExpression) result_.bindings_by_node_[node.class_id->id] = self;
    }
    const auto visit_member_key = [&](bool computed, const Node* key) {
        if (!computed) return;
        // The keys are evaluated before the class is there.
        Binding* self = node.class_id != nullptr ? scope->bindings.front() : nullptr;
        if (self != nullptr) self->pending = true;
        visit(key);
        if (self != nullptr) self->pending = false;
    };

    result_.scopes_by_node_[node.id] = scope;
    FunctionInfo* instance_fields = nullptr;
    for (const Node* member : node.members) {
        switch (member->kind) {
            case NodeKind::MethodDefinition: {
                const auto& method = *member->as<MethodDefinition>();
                visit_member_key(method.computed, method.key);
                FunctionKind kind = FunctionKind::method;
                if (method.method_kind == MethodKind::constructor)
                    kind = node.super_class != nullptr ? FunctionKind::derived_constructor
                                                       : FunctionKind::base_constructor;
                visit_function(*method.value, kind, owner);
                break;
            }
            case NodeKind::PropertyDefinition: {
                const auto& property = *member->as<PropertyDefinition>();
                visit_member_key(property.computed, property.key);
                if (property.value == nullptr) break;
                if (property.is_static) {
                    open_function(FunctionKind::static_fields, property);
                } else if (instance_fields == nullptr) {
                    instance_fields = open_function(FunctionKind::instance_fields, property);
                    instance_fields->owner = owner;
                } else {
                    function_ = instance_fields;
                    loops_.push_back(std::exchange(loop_depth_, 0));
                    result_.functions_by_node_[property.id] = instance_fields;
                }
                open_scope();
                visit(property.value);
                close_scope();
                close_function();
                break;
            }
            case NodeKind::StaticBlock: {
                const auto& block = *member->as<StaticBlock>();
                open_function(FunctionKind::static_block, block);
                open_scope(true);
                declare_vars(block.body);
                declare_lexical(block.body, true);
                visit_statements(block.body);
                close_scope();
                close_function();
                break;
            }
            default:
                break;
        }
    }
    close_scope();
    close_function();
}

void Resolver::visit_enum(const TsEnumDeclaration& node) {
    Binding* outer = result_.bindings_by_node_[node.enum_id->id];
    if (outer != nullptr) outer->assigned = true;
    open_function(FunctionKind::namespace_body, node);
    Scope* scope = open_scope(true);
    result_.scopes_by_node_[node.id] = scope;
    Binding* self = add_binding(node.enum_id->name, BindingKind::parameter);
    for (const auto* member : node.members) {
        if (find_own(member->name) != nullptr) continue;
        Binding* binding = add_binding(member->name, BindingKind::constant);
        binding->member_of = self;
        binding->initialised_at = 1;
    }
    for (const auto* member : node.members)
        if (member->init != nullptr) visit(member->init);
    close_scope();
    close_function();
}

void Resolver::visit_namespace(const TsNamespaceDeclaration& node) {
    Binding* outer = result_.bindings_by_node_[node.namespace_id->id];
    if (outer != nullptr) outer->assigned = true;
    open_function(FunctionKind::namespace_body, node);
    Scope* scope = open_scope(true);
    result_.scopes_by_node_[node.id] = scope;
    Binding* self = add_binding(node.namespace_id->name, BindingKind::parameter);
    // What earlier declarations of the namespace export is seen here, too.
    std::vector<std::string_view>& exports = namespace_exports_[outer];
    for (std::string_view name : exports) {
        if (find_own(name) == nullptr) add_binding(name, BindingKind::var)->member_of = self;
    }
    open_scope(true);
    declare_vars(node.body);
    declare_lexical(node.body, true);
    const auto export_from_here = [&](std::string_view name) {
        Binding* binding = current_[name_index(name)];
        if (binding == nullptr) return;
        binding->exported_as.push_back(binding->name);
        binding->export_object = self;
        exports.push_back(binding->name);
    };
    for (const Node* statement : node.body) {
        if (const auto* import = statement->try_as<TsImportEquals>(); import != nullptr && import->is_export)
            export_from_here(import->import_id->name);
        const auto* exported = statement->try_as<ExportNamedDeclaration>();
        if (exported == nullptr || exported->declaration == nullptr) continue;
        const Node& declaration = *exported->declaration;
        switch (declaration.kind) {
            case NodeKind::FunctionDeclaration:
                export_from_here(declaration.as<Function>()->function_id->name);
                break;
            case NodeKind::ClassDeclaration:
                export_from_here(declaration.as<Class>()->class_id->name);
                break;
            case NodeKind::TsEnumDeclaration:
                export_from_here(declaration.as<TsEnumDeclaration>()->enum_id->name);
                break;
            case NodeKind::TsNamespaceDeclaration:
                export_from_here(declaration.as<TsNamespaceDeclaration>()->namespace_id->name);
                break;
            case NodeKind::VariableDeclaration:
                for (const auto* declarator : declaration.as<VariableDeclaration>()->declarators)
                    for_each_declared_name(*declarator->target,
                                           [&](const Identifier& id) { export_from_here(id.name); });
                break;
            default:
                break;
        }
    }
    visit_statements(node.body);
    close_scope();
    close_scope();
    close_function();
}

}  // namespace k6::js::lower
