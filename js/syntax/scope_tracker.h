// Which names each scope declares while a source is parsed: finds redeclarations, and (for TypeScript's unused imports)
// which names of the module's top level are read.
//
// Names are interned, so a (scope, address of the name) pair is the key; the flat table only grows and is dropped with
// the parser. Belongs to one parse() call; one thread.
//
//   scopes.enter(ScopeKind::function);
//   scopes.declare_parameter(a);
//   if (!scopes.declare_lexical(a)) report("Identifier 'a' has already been declared");
//   scopes.leave();
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace k6::js::syntax {

enum class ScopeKind : std::uint8_t {
    script,
    module,
    namespace_,    ///< body of a TypeScript namespace
    function,      ///< parameters and body of a function, or a static block
    block,         ///< also loop heads, switch bodies, and the class scope of a class's name
    catch_clause,  ///< parameter and body of a catch
};

class ScopeTracker {
public:
    explicit ScopeTracker(bool track_references);

    void enter(ScopeKind kind) { enter(kind, references_.size()); }
    /// Enters a scope whose head was read before it was known to be one (arrow functions): references made since
    /// `first_reference` belong to it.
    void enter(ScopeKind kind, std::size_t first_reference);
    void leave();
    ScopeKind current() const { return scopes_.back().kind; }
    bool at_function_top() const { return is_var_scope(scopes_.back().kind); }

    // Each returns false if the name conflicts with an earlier declaration.

    /// let, const, class, import, and functions at the top of a module.
    bool declare_lexical(std::string_view name);
    /// var; `in_for_of`: declared by the head of a for-of loop, which may not name a catch parameter.
    bool declare_var(std::string_view name, bool in_for_of = false);
    /// A function declaration; `repeatable`: plain function of sloppy code, of which a block may have several.
    bool declare_function(std::string_view name, bool repeatable);
    /// False for a repeated parameter, which is declared nevertheless.
    bool declare_parameter(std::string_view name);
    bool declare_catch_parameter(std::string_view name, bool simple);
    /// TypeScript's enum or namespace, which merge with each other, and a namespace with a class or function.
    bool declare_mergeable(std::string_view name, bool is_namespace);
    /// After a class or function declaration: a namespace may merge with it.
    void allow_namespace(std::string_view name) { flags(scopes_.back().id, name) |= kClassOrFunction; }
    /// The name of a function or class expression inside of it: hides outer names, conflicts with nothing.
    void declare_self(std::string_view name) { flags(scopes_.back().id, name) |= kSelf; }
    /// A TypeScript type: no value.
    void declare_type(std::string_view name) { flags(scopes_.back().id, name) |= kType; }

    bool declares_value(std::string_view name) const;
    bool declares_type(std::string_view name) const;

    void reference(std::string_view name) {
        if (track_references_) references_.push_back(name.data());
    }
    std::size_t reference_count() const { return references_.size(); }
    void forget_references(std::size_t count) { references_.resize(count); }
    /// For speculation that may leave a scope whose first reference lies before the speculation's start.
    std::vector<const char*> references_since(std::size_t first) const {
        return {references_.begin() + static_cast<std::ptrdiff_t>(first), references_.end()};
    }
    void replace_references_since(std::size_t first, const std::vector<const char*>& references) {
        references_.resize(first);
        references_.insert(references_.end(), references.begin(), references.end());
    }
    /// At the end, before is_referenced().
    void sort_references();
    /// Whether the source refers to the `name` of its outermost scope.
    bool is_referenced(std::string_view name) const;

private:
    enum Flag : std::uint32_t {
        kVar = 1,  // declared by var, here or in an inner block
        kLexical = 2,
        kTopFunction = 4,    // function at the top of a script or function: repeats like var
        kBlockFunction = 8,  // repeatable function of a block
        kParameter = 16,
        kCatchSimple = 32,
        kCatchPattern = 64,
        kSelf = 128,
        kType = 256,
        kEnum = 512,
        kNamespace = 1024,
        kClassOrFunction = 2048,  // set with the others: a namespace may merge
    };
    struct Scope {
        std::uint32_t id;
        ScopeKind kind;
        std::size_t first_reference;
    };
    struct Entry {
        const char* name = nullptr;
        std::uint32_t scope = 0;
        std::uint32_t flags = 0;
    };

    static bool is_var_scope(ScopeKind kind) { return kind <= ScopeKind::function; }
    std::uint32_t& flags(std::uint32_t scope, std::string_view name);
    std::uint32_t find(std::uint32_t scope, const char* name) const;
    std::size_t slot(std::uint32_t scope, const char* name) const;
    void grow();

    std::vector<Scope> scopes_;
    std::uint32_t next_scope_ = 0;
    std::vector<Entry> table_;
    std::size_t used_ = 0;
    std::vector<const char*> references_;
    bool track_references_;
};

}  // namespace k6::js::syntax
