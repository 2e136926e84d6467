#include <algorithm>
#include <cmath>

#include "js/lower/emitter.h"
#include "js/syntax/parser.h"

namespace k6::js::lower {

using namespace syntax;

namespace {

std::string hash_text(std::string_view text) {
    std::uint32_t hash = 2166136261u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    std::string result;
    for (; hash != 0; hash /= 36) result += "0123456789abcdefghijklmnopqrstuvwxyz"[hash % 36];
    return result;
}

std::string message_at(const Program& program, std::uint32_t offset, std::string_view text) {
    const Position position = program.position(offset);
    std::string message(program.file_name);
    if (!message.empty()) message += ": ";
    message += "Line " + std::to_string(position.line) + ':' + std::to_string(position.column) + ' ';
    message += text;
    return message;
}

}  // namespace

Emitter::Emitter(const Program& program, Analysis& analysis)
    : program_(program), analysis_(analysis), class_tag_(hash_text(program.file_name)) {
    namespace_object_ = analysis.sigil() + 'x';
    requests_object_ = analysis.sigil() + 'm';
    machine_scope_.top = true;
    out_.reserve(program.source.size() * 2);
    for (Binding& binding : analysis.bindings()) {
        if (binding.kind == BindingKind::import) {
            binding.code = generated('m', binding.request);
            if (binding.is_member) binding.code += member_suffix(binding.imported);
        } else if (binding.member_of != nullptr) {
            binding.code = binding.member_of->code + member_suffix(binding.name);
        }
    }
}

void Emitter::unsupported(const Node& node, std::string_view what) {
    if (error_) return;
    error_ =
        Error{ErrorClass::script_exception, message_at(program_, node.start, std::string(what) + " not supported yet")};
}

Result<LoweredModule> Emitter::run() {
    LoweredModule result;
    const bool module = program_.source_type == SourceType::module;
    result.kind = module ? LoweredModule::Kind::es_module : LoweredModule::Kind::commonjs;
    if (module) {
        put("(function(" + namespace_object_ + ',' + requests_object_ + ',' + analysis_.sigil() + "r){\"use strict\";");
    } else if (program_.source_type == SourceType::commonjs_function_body) {
        put("(function(module,exports,require," + requests_object_ + "){\"use strict\";");
    } else {
        put(program_.strict ? "(function(){\"use strict\";" : "(function(){");
    }
    FunctionInfo& top = analysis_.top();
    if (top.is_async) {
        result.has_top_level_await = true;
    }
    in_frame(top, [&] {
        if (top.is_async) {
            module_start();
            machine(top, {}, program_, [&] { machine_statements(program_.body, nullptr); });
        } else {
            module_start();
            run_requests();
            statements(program_.body);
        }
        for (const std::string& variable : template_variables_) declare(variable);
    });
    put("\n})");
    if (error_) return *error_;
    collect_interface(result);
    Layout layout = lay_out(out_, program_, functions_);
    result.code = std::move(layout.text);
    result.positions = std::move(layout.positions);
    result.functions = std::move(layout.functions);
    result.support.assign(support_.begin(), support_.end());
    result.uses_import_meta = program_.has_import_meta;
    result.uses_import_call = program_.has_dynamic_import;
    return result;
}

void Emitter::run_requests() {
    if (analysis_.requests().empty()) return;
    const std::string run = analysis_.sigil() + 'r';
    put("if(" + run + ')' + run + "();");
}

/// What comes before the statements: imports, exports of functions, variables that have no value yet.
void Emitter::module_start() {
    std::vector<bool> requested(analysis_.requests().size());
    for (const Binding& binding : analysis_.bindings())
        if (binding.kind == BindingKind::import) requested[binding.request] = true;
    std::string list;
    for (std::size_t i = 0; i < requested.size(); ++i) {
        if (!requested[i]) continue;
        list += list.empty() ? "var " : ",";
        list += generated('m', i) + '=' + requests_object_ + '[' + std::to_string(i) + ']';
    }
    if (!list.empty()) put(list + ';');
    mark_uninitialised(analysis_.top().bindings, true);
    for (const Binding* binding : analysis_.top().bindings) {
        if (binding->exported_as.empty() || binding->kind == BindingKind::import || binding->is_lexical()) continue;
        // The state machine of top-level await makes its functions itself.
        if (binding->kind == BindingKind::function && analysis_.top().is_async) continue;
        for (std::string_view name : binding->exported_as) put(namespace_object_ + member_suffix(name) + '=');
        put(binding->kind == BindingKind::function ? binding->code + ';' : "void 0;");
    }
    for (const Node* node : program_.body) {
        const auto* exported = node->try_as<ExportDefaultDeclaration>();
        if (exported == nullptr || exported->declaration->kind != NodeKind::FunctionDeclaration) continue;
        if (exported->declaration->as<Function>()->function_id == nullptr && !analysis_.top().is_async)
            put(namespace_object_ + ".default=$k_f_default;");
    }
}

void Emitter::module_statement(const Node& node) {
    switch (node.kind) {
        case NodeKind::ImportDeclaration:
        case NodeKind::ExportAllDeclaration:
            break;
        case NodeKind::ExportNamedDeclaration:
            if (node.as<ExportNamedDeclaration>()->declaration != nullptr)
                statement(*node.as<ExportNamedDeclaration>()->declaration);
            break;
        case NodeKind::ExportDefaultDeclaration: {
            const Node& declaration = *node.as<ExportDefaultDeclaration>()->declaration;
            if (declaration.kind == NodeKind::FunctionDeclaration) {
                const auto& function_node = *declaration.as<Function>();
                if (function_node.function_id != nullptr) {
                    function_declaration(function_node);
                } else if (frame_->machine != nullptr) {
                    put(namespace_object_ + ".default=");
                    function(function_node, FunctionForm::expression, "$k_f_default", "default");
                    put(';');
                } else {
                    function(function_node, FunctionForm::declaration, "$k_f_default", "default");
                }
                break;
            }
            if (declaration.kind == NodeKind::ClassDeclaration && declaration.as<Class>()->class_id != nullptr) {
                class_declaration(*declaration.as<Class>());
                break;
            }
            put(namespace_object_ + ".default=");
            named_expression(declaration, Precedence::assignment, "default");
            put(';');
            break;
        }
        case NodeKind::TsImportEquals: {
            const auto& import = *node.as<TsImportEquals>();
            if (!import.used_as_value) break;
            const Binding& binding = *analysis_.binding_of(*import.import_id);
            put("var ");
            store_prefix(binding);
            if (import.is_require) {
                const Binding* require = analysis_.binding_of(import);
                put(require != nullptr ? require->code : "require");
                put('(');
                expression(*import.reference, Precedence::assignment);
                put(')');
            } else {
                expression(*import.reference, Precedence::assignment);
            }
            put(';');
            break;
        }
        case NodeKind::TsExportAssignment: {
            if (program_.source_type == SourceType::module) {
                unsupported(node, "export = in a module with imports or exports is");
                break;
            }
            const Binding* binding = analysis_.binding_of(node);
            put(binding != nullptr ? binding->code : "module");
            put(".exports=");
            expression(*node.as<TsExportAssignment>()->expression, Precedence::assignment);
            put(';');
            break;
        }
        default:
            unsupported(node, "This statement is");
            break;
    }
}

void Emitter::collect_interface(LoweredModule& module) {
    for (const ImportRequest& request : analysis_.requests()) {
        const Position position = program_.position(request.offset);
        module.requests.push_back({std::string(request.specifier), position.line, position.column});
    }
    std::map<std::string_view, const Binding*> by_name;
    if (const Scope* scope = analysis_.scope_of(program_))
        for (const Binding* binding : scope->bindings) by_name.emplace(binding->name, binding);
    const auto export_local = [&](std::string_view local, std::string_view exported) {
        const auto found = by_name.find(local);
        ExportBinding result;
        result.name = exported;
        if (found != by_name.end()) {
            const Binding& binding = *found->second;
            if (binding.kind == BindingKind::import) {
                result.kind =
                    binding.is_member ? ExportBinding::Kind::re_export : ExportBinding::Kind::namespace_re_export;
                result.request = binding.request;
                result.imported = binding.imported;
            } else {
                result.hoisted = !binding.is_lexical();
            }
        }
        module.exports.push_back(std::move(result));
    };
    const auto export_declared = [&](const Node& declaration) {
        switch (declaration.kind) {
            case NodeKind::FunctionDeclaration:
                export_local(declaration.as<Function>()->function_id->name,
                             declaration.as<Function>()->function_id->name);
                break;
            case NodeKind::ClassDeclaration:
                export_local(declaration.as<Class>()->class_id->name, declaration.as<Class>()->class_id->name);
                break;
            case NodeKind::TsEnumDeclaration:
                export_local(declaration.as<TsEnumDeclaration>()->enum_id->name,
                             declaration.as<TsEnumDeclaration>()->enum_id->name);
                break;
            case NodeKind::TsNamespaceDeclaration:
                export_local(declaration.as<TsNamespaceDeclaration>()->namespace_id->name,
                             declaration.as<TsNamespaceDeclaration>()->namespace_id->name);
                break;
            case NodeKind::VariableDeclaration:
                for (const auto* declarator : declaration.as<VariableDeclaration>()->declarators) {
                    for_each_declared_name(*declarator->target,
                                           [&](const Identifier& id) { export_local(id.name, id.name); });
                }
                break;
            default:
                break;
        }
    };
    for (const Node* node : program_.body) {
        switch (node->kind) {
            case NodeKind::ImportDeclaration: {
                const auto& declaration = *node->as<ImportDeclaration>();
                for (const auto* specifier : declaration.specifiers) {
                    if (!specifier->used_as_value || specifier->import_kind == ImportKind::namespace_import) continue;
                    const Position position = program_.position(specifier->start);
                    module.imports.push_back({analysis_.request_of(*declaration.source),
                                              specifier->import_kind == ImportKind::default_import
                                                  ? "default"
                                                  : std::string(specifier->imported),
                                              position.line, position.column});
                }
                break;
            }
            case NodeKind::ExportNamedDeclaration: {
                const auto& declaration = *node->as<ExportNamedDeclaration>();
                for (const auto* specifier : declaration.specifiers) {
                    if (declaration.source == nullptr) {
                        export_local(specifier->local, specifier->exported);
                    } else {
                        module.exports.push_back({ExportBinding::Kind::re_export, std::string(specifier->exported),
                                                  analysis_.request_of(*declaration.source),
                                                  std::string(specifier->local), false});
                    }
                }
                if (declaration.declaration != nullptr) export_declared(*declaration.declaration);
                break;
            }
            case NodeKind::ExportDefaultDeclaration: {
                const Node& declaration = *node->as<ExportDefaultDeclaration>()->declaration;
                module.exports.push_back(
                    {ExportBinding::Kind::local, "default", 0, {}, declaration.kind == NodeKind::FunctionDeclaration});
                break;
            }
            case NodeKind::ExportAllDeclaration: {
                const auto& declaration = *node->as<ExportAllDeclaration>();
                module.exports.push_back(
                    {declaration.has_exported ? ExportBinding::Kind::namespace_re_export : ExportBinding::Kind::star,
                     std::string(declaration.exported),
                     analysis_.request_of(*declaration.source),
                     {},
                     false});
                break;
            }
            case NodeKind::TsImportEquals: {
                const auto& import = *node->as<TsImportEquals>();
                if (import.is_export && import.used_as_value)
                    export_local(import.import_id->name, import.import_id->name);
                break;
            }
            default:
                break;
        }
    }
}

// ---- TypeScript ----

std::optional<double> Emitter::enum_constant(const Node& node, const std::map<std::string_view, double>& known) {
    switch (node.kind) {
        case NodeKind::NumericLiteral:
            return node.as<NumericLiteral>()->value;
        case NodeKind::Identifier: {
            const auto found = known.find(node.as<Identifier>()->name);
            if (found == known.end()) return std::nullopt;
            return found->second;
        }
        case NodeKind::UnaryExpression: {
            const auto value = enum_constant(*node.as<UnaryExpression>()->argument, known);
            if (!value) return std::nullopt;
            switch (node.as<UnaryExpression>()->op) {
                case UnaryOperator::minus:
                    return -*value;
                case UnaryOperator::plus:
                    return *value;
                default:
                    return std::nullopt;
            }
        }
        default:
            return std::nullopt;
    }
}

void Emitter::enum_declaration(const TsEnumDeclaration& node) {
    const Binding& outer = *analysis_.binding_of(*node.enum_id);
    FunctionInfo& info = *analysis_.function_of(node);
    const Binding& self = *analysis_.scope_of(node)->bindings.front();
    if (can_declare_in_place(outer)) {
        put("var " + outer.code + ';');
    } else if (!outer.is_member) {
        declare(outer.code);
    }
    put("(function(" + self.code + "){");
    in_frame(info, [&] {
        std::map<std::string_view, double> known;
        double next = 0;  // of the member that comes, if `counts`
        bool counts = true;
        std::string previous;
        for (const auto* member : node.members) {
            mark(*member);
            const std::string access = self.code + member_suffix(member->name);
            const Node* init = member->init;
            if (init != nullptr && (init->is<StringLiteral>() || init->is<TemplateLiteral>())) {
                put(access + '=');
                expression(*init, Precedence::assignment);
                put(';');
                counts = false;
                continue;
            }
            put(self.code + '[' + access + '=');
            if (init != nullptr) {
                const auto constant = enum_constant(*init, known);
                counts = constant.has_value();
                next = constant.value_or(0);
                expression(*init, Precedence::assignment);
            } else if (counts) {
                put(number_text(next));
            } else {
                put(previous.empty() ? "0" : previous + "+1");
            }
            put("]=");
            append_quoted(out_, member->name);
            put(';');
            if (counts) {
                known[member->name] = next;
                ++next;
            }
            previous = access;
        }
        put('}');
    });
    put(")(" + outer.code + "||(");
    store_prefix(outer);
    put("{}));");
}

void Emitter::namespace_declaration(const TsNamespaceDeclaration& node) {
    const Binding& outer = *analysis_.binding_of(*node.namespace_id);
    FunctionInfo& info = *analysis_.function_of(node);
    const Binding& self = *analysis_.scope_of(node)->bindings.front();
    if (outer.kind == BindingKind::var) {
        if (can_declare_in_place(outer)) {
            put("var " + outer.code + ';');
        } else if (!outer.is_member) {
            declare(outer.code);
        }
    }
    put("(function(" + self.code + "){");
    in_frame(info, [&] {
        for (const Binding* binding : info.bindings) {
            if (binding->kind != BindingKind::function || binding->export_object != &self) continue;
            for (std::string_view name : binding->exported_as)
                put(self.code + member_suffix(name) + '=' + binding->code + ';');
        }
        statements(node.body);
        put('}');
    });
    put(")(" + outer.code + "||(");
    store_prefix(outer);
    put("{}));");
}

// ---- Entry ----

Result<LoweredModule> lower_script(std::string_view source) {
    auto parsed = syntax::parse(source, {.type = SourceType::script});
    if (!parsed) return Error{ErrorClass::script_exception, parsed.error().to_string()};
    Program& program = parsed.program();
    if (!program.body.empty() && program.body.back()->is<ExpressionStatement>()) {
        // The value of the script.
        const auto* last = program.body.back()->as<ExpressionStatement>();
        auto* result = parsed.arena().make<ReturnStatement>();
        result->id = program.node_count++;
        result->start = last->start;
        result->end = last->end;
        result->argument = last->expression;
        std::vector<Node*> body(program.body.begin(), program.body.end());
        body.back() = result;
        program.body = parsed.arena().copy(std::span<Node* const>(body));
    }
    return lower(program);
}

Result<LoweredModule> lower(const Program& program) {
    Analysis analysis = analyse(program);
    return Emitter(program, analysis).run();
}

}  // namespace k6::js::lower
