#include "js/lower/scope.h"

#include <algorithm>
#include <limits>

#include "js/lower/resolver.h"

namespace k6::js::lower {

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

/// Finds the reads of let, const and class bindings that functions inside of the binding's own may make before the
/// declaration has run. A function that can only be reached through one variable is not run before that variable is
/// first mentioned by code that runs; mentions inside of functions count from where those can be reached.
void Resolver::find_unsafe_references() {
    FunctionInfo* const top = result_.top_;
    constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();
    // The function next to `home` around (or at) `from`; null if all of them run at once.
    const auto outermost = [](FunctionInfo* from, const FunctionInfo* home) {
        FunctionInfo* result = nullptr;
        for (FunctionInfo* f = from; f != home; f = f->parent)
            if (!f->runs_at_once()) result = f;
        return result;
    };
    std::vector<const Reference*> to_owners;
    std::vector<const Reference*> unsafe;
    for (const Reference& reference : references_) {
        const Binding& binding = *reference.binding;
        if (binding.owns_functions) to_owners.push_back(&reference);
        if (reference.from == binding.function || !binding.is_lexical() || binding.initialised_at == 0) continue;
        // Most functions come behind the declaration.
        if (reference.from->start >= binding.initialised_at &&
            (reference.from->parent == binding.function && reference.from->owner == nullptr &&
             reference.from->node->kind != NodeKind::FunctionDeclaration)) {
            continue;
        }
        unsafe.push_back(&reference);
    }
    if (unsafe.empty()) return;
    for (bool changed = true; changed;) {
        changed = false;
        for (const Reference* reference : to_owners) {
            Binding& binding = *reference->binding;
            std::uint32_t reach = reference->position;
            if (const FunctionInfo* function = outermost(reference->from, binding.function)) {
                if (function->owner == &binding) continue;
                reach = function->owner != nullptr ? function->owner->reachable_from : function->start;
            }
            if (reach < binding.reachable_from) {
                binding.reachable_from = reach;
                changed = true;
            }
        }
    }
    for (const Reference* reference : unsafe) {
        Binding& binding = *reference->binding;
        const FunctionInfo* function = outermost(reference->from, binding.function);
        if (function == nullptr) continue;
        std::uint32_t reach = function->start;
        if (function->owner != nullptr) reach = function->owner->reachable_from;
        if (function->node->kind == NodeKind::FunctionDeclaration && function->owner == nullptr &&
            binding.function == top) {
            reach = never;
        }
        if (reach >= binding.initialised_at) continue;
        result_.flags_[reference->node] |= Analysis::checked;
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
