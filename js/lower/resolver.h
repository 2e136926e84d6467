// The pass behind analyse(): walks the tree once, declaring before it visits, and notes for every name what it means.
// Private to scope*.cc.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "js/lower/scope.h"

namespace k6::js::lower {

using namespace syntax;

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
    std::vector<Reference> references_;
    PairSet used_by_;
    std::unordered_map<const Binding*, std::vector<std::string_view>> namespace_exports_;
};

}  // namespace k6::js::lower
