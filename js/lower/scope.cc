#include "js/lower/scope.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <unordered_map>
#include <utility>

namespace k6::js::lower {

using namespace syntax;

FunctionInfo& this_function(FunctionInfo& function) {
    FunctionInfo* result = &function;
    while (result->is_transparent()) result = result->parent;
    return *result;
}

std::string Analysis::unique_name(std::string_view base) {
    const bool ascii =
        std::all_of(base.begin(), base.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    std::string name;
    do {
        name = ascii ? std::string(base) : "u";
        name += '$';
        name += std::to_string(next_unique_++);
    } while (std::binary_search(dollar_names_.begin(), dollar_names_.end(), std::string_view(name)));
    return name;
}

bool Analysis::can_be_named(const FunctionInfo& function, std::string_view name, const Binding* self) const {
    for (const Binding* binding : function.outer_bindings) {
        if (binding == self) {
            if (binding->assigned || binding->is_member) return false;
        } else if (binding->name == name) {
            return false;
        }
    }
    return std::none_of(function.globals.begin(), function.globals.end(),
                        [&](std::uint32_t index) { return names_[index] == name; });
}

namespace {

/// Set of pairs of small numbers, open addressing.
class PairSet {
public:
    PairSet() : slots_(1024) {}
    bool insert(std::uint32_t a, std::uint32_t b) {
        if (used_ * 2 >= slots_.size()) grow();
        return place((std::uint64_t{a} << 32 | b) + 1);
    }

private:
    bool place(std::uint64_t key) {
        std::size_t i = (key * 0x9e3779b97f4a7c15u) >> 20 & (slots_.size() - 1);
        while (slots_[i] != 0) {
            if (slots_[i] == key) return false;
            i = (i + 1) & (slots_.size() - 1);
        }
        slots_[i] = key;
        ++used_;
        return true;
    }
    void grow() {
        std::vector<std::uint64_t> old(slots_.size() * 2);
        old.swap(slots_);
        used_ = 0;
        for (std::uint64_t key : old)
            if (key != 0) place(key);
    }
    std::vector<std::uint64_t> slots_;
    std::size_t used_ = 0;
};

}  // namespace

class Resolver {
public:
    explicit Resolver(const Program& program) : program_(program) {
        const std::size_t count = program.node_count;
        result_.bindings_by_node_.resize(count);
        result_.functions_by_node_.resize(count);
        result_.scopes_by_node_.resize(count);
        result_.flags_.resize(count);
    }

    Analysis run();

private:
    struct Reference {
        Binding* binding;
        FunctionInfo* from;
        std::uint32_t position;
        std::uint32_t node;
    };
    /// Bindings hidden by those of a scope, to be put back at its end.
    struct Shadow {
        std::uint32_t name;
        Binding* binding;
    };

    // Names
    std::uint32_t name_index(std::string_view name) {
        const auto [at, inserted] = index_by_address_.try_emplace(name.data(), 0);
        if (inserted) at->second = index_of_text(name);
        return at->second;
    }
    std::uint32_t index_of_text(std::string_view name) {
        const auto [at, inserted] = index_by_text_.try_emplace(name, static_cast<std::uint32_t>(result_.names_.size()));
        if (inserted) {
            result_.names_.push_back(name);
            current_.push_back(nullptr);
            if (name.find('$') != std::string_view::npos) result_.dollar_names_.push_back(name);
        }
        return at->second;
    }

    // Scopes
    Scope* open_scope(bool top = false) {
        Scope& scope = result_.scopes_.emplace_back();
        scope.top = top;
        scope.parent = scope_;
        scope.function = function_;
        scope.repeats = loop_depth_ > 0;
        scope_ = &scope;
        marks_.push_back(shadows_.size());
        return &scope;
    }
    void close_scope() {
        const std::size_t mark = marks_.back();
        marks_.pop_back();
        while (shadows_.size() > mark) {
            current_[shadows_.back().name] = shadows_.back().binding;
            shadows_.pop_back();
        }
        scope_ = scope_->parent;
    }
    /// Runs `body` in a scope of `node`; the scope is dropped from the result if it declares nothing.
    template <class Body>
    void in_scope(const Node& node, Body body) {
        Scope* scope = open_scope();
        body();
        if (!scope->bindings.empty()) result_.scopes_by_node_[node.id] = scope;
        close_scope();
    }
    template <class Body>
    void in_loop(Body body) {
        ++loop_depth_;
        body();
        --loop_depth_;
    }

    Binding* add_binding(std::string_view name, BindingKind kind) {
        Binding& binding = result_.bindings_.emplace_back();
        binding.name = name;
        binding.kind = kind;
        binding.id = static_cast<std::uint32_t>(result_.bindings_.size());
        binding.name_index = index_of_text(name);
        binding.function = function_;
        binding.scope = scope_;
        scope_->bindings.push_back(&binding);
        function_->bindings.push_back(&binding);
        shadows_.push_back({binding.name_index, current_[binding.name_index]});
        current_[binding.name_index] = &binding;
        return &binding;
    }
    Binding* find_own(std::string_view name) {
        Binding* binding = current_[name_index(name)];
        return binding != nullptr && binding->scope == scope_ ? binding : nullptr;
    }
    Binding* declare(const Identifier& identifier, BindingKind kind) {
        Binding* binding = find_own(identifier.name);
        if (binding == nullptr) {
            binding = add_binding(identifier.name, kind);
        } else if (kind == BindingKind::function && binding->kind == BindingKind::var) {
            binding->kind = kind;
        }
        result_.bindings_by_node_[identifier.id] = binding;
        return binding;
    }
    void declare_pattern(const Node& pattern, BindingKind kind);
    void declare_vars(const Node& statement);
    void declare_var(const Node& pattern);
    void declare_vars(List<Statement> statements) {
        for (const Node* statement : statements) declare_vars(*statement);
    }
    void declare_lexical(List<Statement> statements, bool function_top);
    void declare_statement(const Node& statement, bool function_top);
    void bind_pattern(const Node& pattern, std::uint32_t initialised_at);

    // Functions
    FunctionInfo* open_function(FunctionKind kind, const Node& node) {
        FunctionInfo& function = result_.functions_.emplace_back();
        function.kind = kind;
        function.id = static_cast<std::uint32_t>(result_.functions_.size());
        function.parent = function_;
        function.node = &node;
        function.start = node.start;
        function_ = &function;
        result_.functions_by_node_[node.id] = &function;
        loops_.push_back(std::exchange(loop_depth_, 0));
        return &function;
    }
    void close_function() {
        loop_depth_ = loops_.back();
        loops_.pop_back();
        function_ = function_->parent;
    }
    void visit_function(const Function& node, FunctionKind kind, Binding* owner);
    void visit_class(const Class& node, Binding* owner);
    void visit_enum(const TsEnumDeclaration& node);
    void visit_namespace(const TsNamespaceDeclaration& node);

    // Uses
    void use(std::string_view name, std::uint32_t node, std::uint32_t position);
    void use(const Identifier& identifier) { use(identifier.name, identifier.id, identifier.start); }
    void use_this() {
        FunctionInfo& owner = this_function(*function_);
        if (&owner != function_ || owner.resumable()) owner.captures_this = true;
    }
    void visit(const Node* node);
    void visit_all(List<Node> nodes) {
        for (const Node* node : nodes) visit(node);
    }
    void visit_key(bool computed, const Node* key) {
        if (computed) visit(key);
    }
    void visit_target(const Node* pattern);
    void visit_declarator(const VariableDeclarator& declarator);
    void visit_loop_head(const Node* left, const Node* right);
    void visit_statements(List<Statement> statements) { visit_all(statements); }

    // The end
    void declare_exports();
    void export_name(std::string_view local, std::string_view exported);
    void find_unsafe_references();
    void name_bindings();
    void choose_sigil();
    std::uint32_t request(const StringLiteral& source) {
        const auto known = std::find_if(result_.requests_.begin(), result_.requests_.end(),
                                        [&](const ImportRequest& r) { return r.specifier == source.value; });
        const auto index = static_cast<std::uint32_t>(known - result_.requests_.begin());
        if (known == result_.requests_.end()) result_.requests_.push_back({source.value, source.start});
        result_.flags_[source.id] = index;
        return index;
    }

    const Program& program_;
    Analysis result_;
    std::unordered_map<const char*, std::uint32_t> index_by_address_;
    std::unordered_map<std::string_view, std::uint32_t> index_by_text_;
    std::vector<Binding*> current_;  // by name index
    std::vector<Shadow> shadows_;
    std::vector<std::size_t> marks_;
    Scope* scope_ = nullptr;
    FunctionInfo* function_ = nullptr;
    int loop_depth_ = 0;
    std::vector<int> loops_;
    Binding* owner_ = nullptr;
    std::vector<Reference> references_;  // to bindings of the module's top level
    PairSet used_by_;
};

// ---- Declarations ----

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
            if (binding != nullptr && binding->is_lexical()) binding->initialised_at = initialised_at;
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

// ---- Uses ----

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
    } else if (binding->is_lexical() && binding->initialised_at == 0) {
        // The declaration has not been reached yet: it comes later in the text.
        result_.flags_[node] |= Analysis::uninitialised;
    }
    if (binding->function == result_.top_) references_.push_back({binding, function_, position, node});
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
    Binding* const owner = std::exchange(owner_, nullptr);
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
                if (binding != nullptr && binding->is_lexical()) binding->initialised_at = node->end;
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
                        if (loop.init != nullptr) {
                            declare_statement(*loop.init, false);
                            visit(loop.init);
                        }
                        const std::size_t functions = result_.functions_.size();
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
    result_.scopes_by_node_[node.id] = scope;
    FunctionInfo* instance_fields = nullptr;
    for (const Node* member : node.members) {
        switch (member->kind) {
            case NodeKind::MethodDefinition: {
                const auto& method = *member->as<MethodDefinition>();
                visit_key(method.computed, method.key);
                FunctionKind kind = FunctionKind::method;
                if (method.method_kind == MethodKind::constructor)
                    kind = node.super_class != nullptr ? FunctionKind::derived_constructor
                                                       : FunctionKind::base_constructor;
                visit_function(*method.value, kind, owner);
                break;
            }
            case NodeKind::PropertyDefinition: {
                const auto& property = *member->as<PropertyDefinition>();
                visit_key(property.computed, property.key);
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
    open_scope(true);
    declare_vars(node.body);
    declare_lexical(node.body, true);
    const auto export_from_here = [&](std::string_view name) {
        Binding* binding = current_[name_index(name)];
        if (binding == nullptr) return;
        binding->exported_as.push_back(binding->name);
        binding->export_object = self;
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

// ---- The whole program ----

Analysis Resolver::run() {
    const bool module = program_.source_type == SourceType::module;
    result_.top_ = open_function(module ? FunctionKind::module : FunctionKind::commonjs, program_);
    result_.top_->is_async = module && program_.facts.contains_await;
    Scope* scope = open_scope(true);
    result_.scopes_by_node_[program_.id] = scope;
    if (program_.source_type == SourceType::commonjs_function_body) {
        for (std::string_view name : {"module", "exports", "require"}) add_binding(name, BindingKind::parameter);
        open_scope(true);
    }
    for (const Node* statement : program_.body) {
        if (const auto* import = statement->try_as<ImportDeclaration>()) {
            const bool erased =
                !import->specifiers.empty() && std::none_of(import->specifiers.begin(), import->specifiers.end(),
                                                            [](const ImportSpecifier* s) { return s->used_as_value; });
            if (!erased) request(*import->source);
        } else if (const auto* named = statement->try_as<ExportNamedDeclaration>()) {
            if (named->source != nullptr) request(*named->source);
        } else if (const auto* all = statement->try_as<ExportAllDeclaration>()) {
            request(*all->source);
        }
    }
    declare_vars(program_.body);
    declare_lexical(program_.body, true);
    declare_exports();
    visit_statements(program_.body);
    choose_sigil();
    find_unsafe_references();
    name_bindings();
    return std::move(result_);
}

void Resolver::export_name(std::string_view local, std::string_view exported) {
    if (Binding* binding = current_[index_of_text(local)]) binding->exported_as.push_back(exported);
}

void Resolver::declare_exports() {
    const auto export_pattern = [&](const Node& pattern) {
        for_each_declared_name(pattern, [&](const Identifier& id) { export_name(id.name, id.name); });
    };
    for (const Node* statement : program_.body) {
        if (const auto* named = statement->try_as<ExportNamedDeclaration>()) {
            if (named->source != nullptr) continue;
            for (const auto* specifier : named->specifiers) export_name(specifier->local, specifier->exported);
            if (named->declaration == nullptr) continue;
            const Node& declaration = *named->declaration;
            switch (declaration.kind) {
                case NodeKind::VariableDeclaration:
                    for (const auto* declarator : declaration.as<VariableDeclaration>()->declarators)
                        export_pattern(*declarator->target);
                    break;
                case NodeKind::FunctionDeclaration:
                    export_pattern(*declaration.as<Function>()->function_id);
                    break;
                case NodeKind::ClassDeclaration:
                    export_pattern(*declaration.as<Class>()->class_id);
                    break;
                case NodeKind::TsEnumDeclaration:
                    export_pattern(*declaration.as<TsEnumDeclaration>()->enum_id);
                    break;
                case NodeKind::TsNamespaceDeclaration:
                    export_pattern(*declaration.as<TsNamespaceDeclaration>()->namespace_id);
                    break;
                default:
                    break;
            }
        } else if (const auto* import = statement->try_as<TsImportEquals>()) {
            if (import->is_export && import->used_as_value)
                export_name(import->import_id->name, import->import_id->name);
        } else if (const auto* exported = statement->try_as<ExportDefaultDeclaration>()) {
            const Node& declaration = *exported->declaration;
            if (declaration.kind == NodeKind::FunctionDeclaration && declaration.as<Function>()->function_id != nullptr)
                export_name(declaration.as<Function>()->function_id->name, "default");
            if (declaration.kind == NodeKind::ClassDeclaration && declaration.as<Class>()->class_id != nullptr)
                export_name(declaration.as<Class>()->class_id->name, "default");
        }
    }
}

/// Finds the reads of let, const and class bindings of the top level that functions may make before the declaration has
/// run. A function that can only be reached through one variable is not run before that variable is first mentioned by
/// code that runs; mentions inside of functions count from where those can be reached.
void Resolver::find_unsafe_references() {
    FunctionInfo* const top = result_.top_;
    constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();
    const auto outermost = [&](FunctionInfo* function) {
        // The function next to the top level; bodies of classes run at once, so they do not count.
        FunctionInfo* result = function;
        for (FunctionInfo* f = function; f != top; f = f->parent)
            if (f->kind != FunctionKind::class_body && f->kind != FunctionKind::namespace_body) result = f;
        return result;
    };
    for (bool changed = true; changed;) {
        changed = false;
        for (const Reference& reference : references_) {
            if (!reference.binding->owns_functions) continue;
            std::uint32_t reach = reference.position;
            if (reference.from != top) {
                const FunctionInfo* function = outermost(reference.from);
                if (function->owner == reference.binding) continue;
                reach = function->owner != nullptr ? function->owner->reachable_from : function->start;
            }
            if (reach < reference.binding->reachable_from) {
                reference.binding->reachable_from = reach;
                changed = true;
            }
        }
    }
    for (const Reference& reference : references_) {
        Binding& binding = *reference.binding;
        if (!binding.is_lexical() || reference.from == top || binding.initialised_at == 0) continue;
        const FunctionInfo* function = outermost(reference.from);
        if (function->kind == FunctionKind::class_body || function->kind == FunctionKind::namespace_body) continue;
        std::uint32_t reach = function->start;
        if (function->owner != nullptr) reach = function->owner->reachable_from;
        if (function->node->kind == NodeKind::FunctionDeclaration && function->owner == nullptr) reach = never;
        if (reach >= binding.initialised_at || binding.scope->repeats) continue;
        result_.flags_[reference.node] |= Analysis::checked;
        binding.tdz_checked = true;
    }
}

void Resolver::choose_sigil() {
    std::sort(result_.dollar_names_.begin(), result_.dollar_names_.end());
    const auto clashes = [&](std::string_view sigil) {
        return std::any_of(result_.dollar_names_.begin(), result_.dollar_names_.end(), [&](std::string_view name) {
            if (!name.starts_with(sigil)) return false;
            name.remove_prefix(sigil.size());
            if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name.remove_prefix(1);
            return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
        });
    };
    // A name that is the sigil alone, as jQuery's $, is none of ours.
    while (std::any_of(result_.dollar_names_.begin(), result_.dollar_names_.end(),
                       [&](std::string_view name) { return name.size() > result_.sigil_.size(); }) &&
           clashes(result_.sigil_)) {
        result_.sigil_ += '$';
        if (result_.sigil_.size() > 64) break;
    }
}

void Resolver::name_bindings() {
    std::vector<std::uint32_t> taken(result_.names_.size());
    for (FunctionInfo& function : result_.functions_) {
        for (const Binding* binding : function.outer_bindings)
            if (!binding->renamed && !binding->is_member) taken[binding->name_index] = function.id;
        for (std::uint32_t index : function.globals) taken[index] = function.id;
        // Bindings of the whole function come first, so that they keep their names.
        const auto is_of_function = [](const Binding* binding) { return binding->scope->top; };
        std::stable_partition(function.bindings.begin(), function.bindings.end(), is_of_function);
        for (Binding* binding : function.bindings) {
            if (binding->kind == BindingKind::import) continue;  // the emitter writes these as members
            if (binding->member_of != nullptr) {
                binding->is_member = true;
                continue;
            }
            const bool ascii = std::all_of(binding->name.begin(), binding->name.end(),
                                           [](char c) { return static_cast<unsigned char>(c) < 0x80; });
            const bool reserved = binding->name.starts_with("$k_") || !ascii;
            if (reserved || taken[binding->name_index] == function.id) {
                binding->code = result_.unique_name(binding->name);
                binding->renamed = true;
            } else {
                binding->code = binding->name;
                taken[binding->name_index] = function.id;
            }
        }
    }
}

Analysis analyse(const Program& program) { return Resolver(program).run(); }

}  // namespace k6::js::lower
