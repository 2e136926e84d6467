// Which declaration every name of a program means, and what each binding needs in ES5: a new name, a scope of its own
// per loop round, write-through to the module's exports, a check that it is initialised.
//
//   Analysis analysis = analyse(program);
//   if (Binding* binding = analysis.binding_of(identifier)) out += binding->code;   // null: a global
//
// Made by one pass over the tree before lowering; belongs to one lower() call, one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "js/lower/lower.h"
#include "js/syntax/ast.h"

namespace k6::js::lower {

enum class BindingKind : std::uint8_t {
    var,
    let,
    constant,
    function,    ///< function declaration
    class_name,  ///< class declaration, in the scope around it
    parameter,
    catch_parameter,
    import,
    function_self,  ///< name of a function expression, inside of it
    class_self,     ///< name of a class, inside of it
};

struct FunctionInfo;
struct Scope;

struct Binding {
    std::string_view name;
    BindingKind kind = BindingKind::var;
    std::uint32_t name_index = 0;
    std::uint32_t id = 0;
    FunctionInfo* function = nullptr;
    Scope* scope = nullptr;
    /// The expression that reads it: a variable, or a member such as $m0.name if `is_member`.
    std::string code;
    bool is_member = false;
    bool renamed = false;
    bool captured = false;          ///< used by a function inside of its own, other than itself
    bool self_captured = false;     ///< a function declaration that mentions itself
    bool assigned = false;          ///< beyond its initialiser
    bool assigned_in_body = false;  ///< of the `for` loop whose head declares it
    bool tdz_checked = false;       ///< may be read by a function before it is initialised: starts as the marker value
    bool owns_functions = false;
    bool pending = false;      ///< a parameter or class name whose value is not there yet at the place in the text
    std::uint32_t clause = 0;  ///< of a switch: the one that declares it, from 1
    std::uint32_t initialised_at = 0;  ///< source offset behind which it has its first value; let, const and class only
    std::uint32_t first_reference = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t reachable_from = std::numeric_limits<std::uint32_t>::max();
    /// Names under which the module, or the namespace `export_object`, exports it.
    std::vector<std::string_view> exported_as;
    Binding* export_object = nullptr;
    /// A member of a TypeScript enum: property `name` of this object.
    Binding* member_of = nullptr;
    /// An import: index of its request, and the name there; none: the namespace itself.
    std::uint32_t request = 0;
    std::string_view imported;
    /// A var that repeats a parameter of a function whose parameters have a scope of their own starts with its value.
    Binding* starts_as = nullptr;

    bool is_lexical() const {
        return kind == BindingKind::let || kind == BindingKind::constant || kind == BindingKind::class_name;
    }
    /// Several values of it may be alive at a time in one call of its function, each seen by its own functions.
    bool needs_own_environment() const;
    bool is_read_only() const {
        return kind == BindingKind::constant || kind == BindingKind::import || kind == BindingKind::function_self ||
               kind == BindingKind::class_self;
    }
};

enum class FunctionKind : std::uint8_t {
    module,
    commonjs,
    function,
    arrow,
    method,  ///< of an object or class, getters and setters too
    base_constructor,
    derived_constructor,
    class_body,       ///< the function around a lowered class: runs at once, `this` is the one around it
    instance_fields,  ///< initialisers of instance fields
    static_fields,    ///< initialisers of static fields; no function in the output
    static_block,
    namespace_body,  ///< TypeScript's namespace or enum
};

struct FunctionInfo {
    FunctionKind kind = FunctionKind::function;
    std::uint32_t id = 0;
    FunctionInfo* parent = nullptr;
    const syntax::Node* node = nullptr;
    std::uint32_t start = 0;
    Binding* owner = nullptr;  ///< the variable through which alone the function can be reached
    bool is_generator = false;
    bool is_async = false;
    // What functions inside need of this one, through variables.
    bool captures_this = false;
    bool captures_arguments = false;
    bool captures_super_call = false;
    int super_calls = 0;  ///< in the text, those in loops and in other functions twice
    bool uses_new_target = false;
    bool uses_arguments = false;
    std::vector<Binding*> bindings;        ///< declared in it: those of the whole function before those of blocks
    std::vector<Binding*> outer_bindings;  ///< used by it or by functions inside, declared outside
    std::vector<std::uint32_t> globals;    ///< name indices of unresolved names, likewise

    /// Without `this` of its own.
    bool is_transparent() const {
        return kind == FunctionKind::arrow || kind == FunctionKind::class_body || kind == FunctionKind::namespace_body;
    }
    bool resumable() const { return is_generator || is_async; }
    /// Runs where it stands in the text.
    bool runs_at_once() const {
        return kind == FunctionKind::class_body || kind == FunctionKind::namespace_body ||
               kind == FunctionKind::static_fields || kind == FunctionKind::static_block;
    }
};

struct Scope {
    Scope* parent = nullptr;
    FunctionInfo* function = nullptr;
    bool repeats = false;      ///< inside a loop of its function
    bool top = false;          ///< of the function as a whole: parameters, body
    std::uint32_t clause = 0;  ///< of a switch: the one being visited, from 1
    std::vector<Binding*> bindings;
};

inline bool Binding::needs_own_environment() const {
    if (!scope->repeats || scope->top) return false;
    return captured || (self_captured && assigned);
}

struct ImportRequest {
    std::string_view specifier;
    std::uint32_t offset = 0;
};

class Analysis {
public:
    Binding* binding_of(const syntax::Node& identifier) const { return bindings_by_node_[identifier.id]; }
    FunctionInfo* function_of(const syntax::Node& node) const { return functions_by_node_[node.id]; }
    /// The scope that a block, loop, switch or catch clause opens; null if it declares nothing.
    Scope* scope_of(const syntax::Node& node) const { return scopes_by_node_[node.id]; }
    /// The identifier is read before its declaration has run, for sure.
    bool is_uninitialised(const syntax::Node& identifier) const { return flags_[identifier.id] & uninitialised; }
    /// The identifier is read by a function that may run before the declaration.
    bool needs_check(const syntax::Node& identifier) const { return flags_[identifier.id] & checked; }
    /// The test or update of a `for` loop makes functions.
    bool has_functions_in_head(const syntax::Node& loop) const { return flags_[loop.id] & functions_in_head; }
    /// The declarations of a `for` loop make functions.
    bool has_functions_in_init(const syntax::Node& loop) const { return flags_[loop.id] & functions_in_init; }
    FunctionInfo& top() const { return *top_; }
    const std::vector<ImportRequest>& requests() const { return requests_; }
    /// Index in requests() of an import or export declaration's source.
    std::uint32_t request_of(const syntax::Node& source) const { return flags_[source.id]; }
    /// Prefix of generated names: no name of the source can equal one of them.
    const std::string& sigil() const { return sigil_; }
    /// A new name based on `base`, used by nobody else.
    std::string unique_name(std::string_view base);
    /// Whether a function may be called `name` without hiding a `name` that it uses; `self`: what it is assigned to.
    bool can_be_named(const FunctionInfo& function, std::string_view name, const Binding* self) const;
    std::deque<Binding>& bindings() { return bindings_; }
    /// The id of a node that is added to the tree, which means `binding` if it is an identifier.
    std::uint32_t add_node(Binding* binding) {
        bindings_by_node_.push_back(binding);
        functions_by_node_.push_back(nullptr);
        scopes_by_node_.push_back(nullptr);
        flags_.push_back(0);
        return static_cast<std::uint32_t>(bindings_by_node_.size() - 1);
    }
    Binding& add_binding() { return bindings_.emplace_back(); }

private:
    friend class Resolver;
    static constexpr std::uint32_t uninitialised = 1;
    static constexpr std::uint32_t checked = 2;
    static constexpr std::uint32_t functions_in_head = 4;
    static constexpr std::uint32_t functions_in_init = 8;

    std::deque<Binding> bindings_;
    std::deque<FunctionInfo> functions_;
    std::deque<Scope> scopes_;
    std::vector<Binding*> bindings_by_node_;
    std::vector<FunctionInfo*> functions_by_node_;
    std::vector<Scope*> scopes_by_node_;
    std::vector<std::uint32_t> flags_;
    std::vector<std::string_view> names_;
    std::vector<ImportRequest> requests_;
    FunctionInfo* top_ = nullptr;
    std::string sigil_ = "$";
    std::uint32_t next_unique_ = 1;
    std::vector<std::string_view> dollar_names_;  // sorted
};

Analysis analyse(const syntax::Program& program);

/// Calls `visit` for every identifier that a pattern declares.
template <class Visit>
void for_each_declared_name(const syntax::Node& pattern, const Visit& visit) {
    using namespace syntax;
    switch (pattern.kind) {
        case NodeKind::Identifier:
            visit(*pattern.as<Identifier>());
            break;
        case NodeKind::AssignmentPattern:
            for_each_declared_name(*pattern.as<AssignmentPattern>()->target, visit);
            break;
        case NodeKind::RestElement:
            for_each_declared_name(*pattern.as<RestElement>()->argument, visit);
            break;
        case NodeKind::TsParameterProperty:
            for_each_declared_name(*pattern.as<TsParameterProperty>()->parameter, visit);
            break;
        case NodeKind::ArrayPattern:
            for (const Node* element : pattern.as<ArrayPattern>()->elements)
                if (element != nullptr) for_each_declared_name(*element, visit);
            break;
        case NodeKind::ObjectPattern:
            for (const Node* property : pattern.as<ObjectPattern>()->properties) {
                const auto* named = property->try_as<PatternProperty>();
                for_each_declared_name(named != nullptr ? *named->value : *property, visit);
            }
            break;
        default:
            break;
    }
}

/// The functions that need a variable in which `this` of `function` is kept, and so on: the nearest around (or itself)
/// with a `this` of its own.
FunctionInfo& this_function(FunctionInfo& function);

}  // namespace k6::js::lower
