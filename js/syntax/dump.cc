#include "js/syntax/dump.h"

#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace k6::js::syntax {
namespace {

class Dumper {
public:
    std::string take() { return std::move(out_); }

    void node(const Node* node) {
        if (node == nullptr) {
            out_ += '_';
            return;
        }
        if (chain(node)) return;
        switch (node->kind) {
            case NodeKind::Program:
                open("program");
                items(node->as<Program>()->body);
                return close();
            case NodeKind::Identifier:
                out_ += node->as<Identifier>()->name;
                return;
            case NodeKind::PrivateName:
                out_ += '#';
                out_ += node->as<PrivateName>()->name;
                return;
            case NodeKind::NullLiteral:
                out_ += "null";
                return;
            case NodeKind::BooleanLiteral:
                out_ += node->as<BooleanLiteral>()->value ? "true" : "false";
                return;
            case NodeKind::NumericLiteral:
                return number(node->as<NumericLiteral>()->value);
            case NodeKind::BigIntLiteral:
                out_ += node->as<BigIntLiteral>()->digits;
                out_ += 'n';
                return;
            case NodeKind::StringLiteral:
                return text(node->as<StringLiteral>()->value);
            case NodeKind::RegExpLiteral:
                out_ += '/';
                out_ += node->as<RegExpLiteral>()->pattern;
                out_ += '/';
                out_ += node->as<RegExpLiteral>()->flags;
                return;
            case NodeKind::TemplateLiteral: {
                const auto* literal = node->as<TemplateLiteral>();
                open("template");
                for (std::size_t i = 0; i < literal->quasis.size(); ++i) {
                    item(literal->quasis[i]);
                    if (i < literal->expressions.size()) item(literal->expressions[i]);
                }
                return close();
            }
            case NodeKind::TemplateElement: {
                const auto* element = node->as<TemplateElement>();
                if (element->has_cooked) {
                    text(element->cooked);
                } else {
                    out_ += "undefined";
                }
                if (!element->has_cooked || element->raw != element->cooked) {
                    out_ += "=raw";
                    text(element->raw);
                }
                return;
            }
            case NodeKind::ArrayExpression:
                return list("array", node->as<ArrayExpression>()->elements);
            case NodeKind::ArrayPattern:
                return list("array-pattern", node->as<ArrayPattern>()->elements);
            case NodeKind::ObjectExpression:
                return list("object", node->as<ObjectExpression>()->properties);
            case NodeKind::ObjectPattern:
                return list("object-pattern", node->as<ObjectPattern>()->properties);
            case NodeKind::Property: {
                const auto* property = node->as<Property>();
                constexpr std::array<std::string_view, 3> kKinds = {"init", "get", "set"};
                open(property->method ? "method" : kKinds[static_cast<std::size_t>(property->property_kind)]);
                flag(property->shorthand, "shorthand");
                key(property->key, property->computed);
                item(property->value);
                return close();
            }
            case NodeKind::PatternProperty: {
                const auto* property = node->as<PatternProperty>();
                open("init");
                flag(property->shorthand, "shorthand");
                key(property->key, property->computed);
                item(property->value);
                return close();
            }
            case NodeKind::FunctionExpression:
            case NodeKind::FunctionDeclaration:
            case NodeKind::ArrowFunction:
                return function(*node->as<Function>());
            case NodeKind::ClassExpression:
            case NodeKind::ClassDeclaration: {
                const auto* klass = node->as<Class>();
                open(node->kind == NodeKind::ClassExpression ? "class" : "class-declaration");
                item(klass->class_id);
                item(klass->super_class);
                items(klass->members);
                return close();
            }
            case NodeKind::MethodDefinition: {
                const auto* method = node->as<MethodDefinition>();
                constexpr std::array<std::string_view, 4> kKinds = {"constructor", "method", "get", "set"};
                open(kKinds[static_cast<std::size_t>(method->method_kind)]);
                flag(method->is_static, "static");
                key(method->key, method->computed);
                item(method->value);
                return close();
            }
            case NodeKind::PropertyDefinition: {
                const auto* field = node->as<PropertyDefinition>();
                open("field");
                flag(field->is_static, "static");
                key(field->key, field->computed);
                item(field->value);
                return close();
            }
            case NodeKind::StaticBlock:
                return list("static-block", node->as<StaticBlock>()->body);
            case NodeKind::UnaryExpression:
                return unary(spelling(node->as<UnaryExpression>()->op), node->as<UnaryExpression>()->argument);
            case NodeKind::UpdateExpression: {
                const auto* update = node->as<UpdateExpression>();
                open(update->prefix ? "prefix" : "postfix");
                word(spelling(update->op));
                item(update->argument);
                return close();
            }
            case NodeKind::AssignmentExpression: {
                const auto* assignment = node->as<AssignmentExpression>();
                const bool plain = assignment->op == AssignmentOperator::assign;
                open(plain ? std::string_view("=") : spelling(assignment->op));
                item(assignment->target);
                item(assignment->value);
                return close();
            }
            case NodeKind::NewExpression:
                open("new");
                item(node->as<NewExpression>()->callee);
                items(node->as<NewExpression>()->arguments);
                return close();
            case NodeKind::ChainExpression:
                return unary("chain", node->as<ChainExpression>()->expression);
            case NodeKind::SequenceExpression:
                return list("seq", node->as<SequenceExpression>()->expressions);
            case NodeKind::ThisExpression:
                out_ += "this";
                return;
            case NodeKind::Super:
                out_ += "super";
                return;
            case NodeKind::MetaProperty:
                out_ += node->as<MetaProperty>()->meta == MetaKind::new_target ? "new.target" : "import.meta";
                return;
            case NodeKind::ImportExpression:
                return unary("import()", node->as<ImportExpression>()->source);
            case NodeKind::AwaitExpression:
                return unary("await", node->as<AwaitExpression>()->argument);
            case NodeKind::YieldExpression:
                return unary(node->as<YieldExpression>()->delegate ? "yield*" : "yield",
                             node->as<YieldExpression>()->argument);
            case NodeKind::SpreadElement:
                return unary("...", node->as<SpreadElement>()->argument);
            case NodeKind::RestElement:
                return unary("rest", node->as<RestElement>()->argument);
            case NodeKind::AssignmentPattern:
                open("default");
                item(node->as<AssignmentPattern>()->target);
                item(node->as<AssignmentPattern>()->default_value);
                return close();
            default:
                return statement(node);
        }
    }

private:
    void statement(const Node* node) {
        switch (node->kind) {
            case NodeKind::BlockStatement:
                return list("block", node->as<BlockStatement>()->body);
            case NodeKind::EmptyStatement:
                out_ += "(empty)";
                return;
            case NodeKind::DebuggerStatement:
                out_ += "(debugger)";
                return;
            case NodeKind::ExpressionStatement:
                return unary(node->as<ExpressionStatement>()->directive ? "directive" : "expr",
                             node->as<ExpressionStatement>()->expression);
            case NodeKind::VariableDeclaration: {
                const auto* declaration = node->as<VariableDeclaration>();
                constexpr std::array<std::string_view, 3> kKinds = {"var", "let", "const"};
                return list(kKinds[static_cast<std::size_t>(declaration->declaration_kind)], declaration->declarators);
            }
            case NodeKind::VariableDeclarator: {
                const auto* declarator = node->as<VariableDeclarator>();
                if (declarator->init == nullptr) return this->node(declarator->target);
                open("=");
                item(declarator->target);
                item(declarator->init);
                return close();
            }
            case NodeKind::ForStatement: {
                const auto* loop = node->as<ForStatement>();
                open("for");
                item(loop->init);
                item(loop->test);
                item(loop->update);
                item(loop->body);
                return close();
            }
            case NodeKind::ForInStatement: {
                const auto* loop = node->as<ForInStatement>();
                open("for-in");
                item(loop->left);
                item(loop->right);
                item(loop->body);
                return close();
            }
            case NodeKind::ForOfStatement: {
                const auto* loop = node->as<ForOfStatement>();
                open(loop->is_await ? "for-await" : "for-of");
                item(loop->left);
                item(loop->right);
                item(loop->body);
                return close();
            }
            case NodeKind::WhileStatement:
                open("while");
                item(node->as<WhileStatement>()->test);
                item(node->as<WhileStatement>()->body);
                return close();
            case NodeKind::DoWhileStatement:
                open("do");
                item(node->as<DoWhileStatement>()->body);
                item(node->as<DoWhileStatement>()->test);
                return close();
            case NodeKind::ContinueStatement:
                return unary("continue", node->as<ContinueStatement>()->label);
            case NodeKind::BreakStatement:
                return unary("break", node->as<BreakStatement>()->label);
            case NodeKind::ReturnStatement:
                return unary("return", node->as<ReturnStatement>()->argument);
            case NodeKind::ThrowStatement:
                return unary("throw", node->as<ThrowStatement>()->argument);
            case NodeKind::TryStatement: {
                const auto* attempt = node->as<TryStatement>();
                open("try");
                item(attempt->block);
                item(attempt->handler);
                item(attempt->finalizer);
                return close();
            }
            case NodeKind::CatchClause:
                open("catch");
                item(node->as<CatchClause>()->param);
                item(node->as<CatchClause>()->body);
                return close();
            case NodeKind::SwitchStatement:
                open("switch");
                item(node->as<SwitchStatement>()->discriminant);
                items(node->as<SwitchStatement>()->cases);
                return close();
            case NodeKind::SwitchCase:
                open("case");
                item(node->as<SwitchCase>()->test);
                items(node->as<SwitchCase>()->consequent);
                return close();
            case NodeKind::LabeledStatement:
                open("label");
                item(node->as<LabeledStatement>()->label);
                item(node->as<LabeledStatement>()->body);
                return close();
            case NodeKind::WithStatement:
                open("with");
                item(node->as<WithStatement>()->object);
                item(node->as<WithStatement>()->body);
                return close();
            default:
                return module_item(node);
        }
    }

    void module_item(const Node* node) {
        switch (node->kind) {
            case NodeKind::ImportDeclaration:
                open("import");
                item(node->as<ImportDeclaration>()->source);
                items(node->as<ImportDeclaration>()->specifiers);
                return close();
            case NodeKind::ImportSpecifier: {
                const auto* specifier = node->as<ImportSpecifier>();
                open(specifier->import_kind == ImportKind::namespace_import ? std::string_view("*")
                                                                            : specifier->imported);
                item(specifier->local);
                flag(!specifier->used_as_value, "unused");
                return close();
            }
            case NodeKind::ExportNamedDeclaration: {
                const auto* exported = node->as<ExportNamedDeclaration>();
                open("export");
                if (exported->declaration != nullptr) item(exported->declaration);
                if (exported->source != nullptr) item(exported->source);
                items(exported->specifiers);
                return close();
            }
            case NodeKind::ExportSpecifier:
                open(node->as<ExportSpecifier>()->local);
                word(node->as<ExportSpecifier>()->exported);
                return close();
            case NodeKind::ExportDefaultDeclaration:
                return unary("export-default", node->as<ExportDefaultDeclaration>()->declaration);
            case NodeKind::ExportAllDeclaration: {
                const auto* exported = node->as<ExportAllDeclaration>();
                open("export-all");
                item(exported->source);
                if (exported->has_exported) word(exported->exported);
                return close();
            }
            case NodeKind::TsEnumDeclaration: {
                const auto* declaration = node->as<TsEnumDeclaration>();
                open("enum");
                flag(declaration->is_const, "const");
                item(declaration->enum_id);
                items(declaration->members);
                return close();
            }
            case NodeKind::TsEnumMember: {
                const auto* member = node->as<TsEnumMember>();
                open(member->name);
                item(member->init);
                return close();
            }
            case NodeKind::TsParameterProperty:
                return unary("parameter-property", node->as<TsParameterProperty>()->parameter);
            case NodeKind::TsNamespaceDeclaration:
                open("namespace");
                item(node->as<TsNamespaceDeclaration>()->namespace_id);
                items(node->as<TsNamespaceDeclaration>()->body);
                return close();
            case NodeKind::TsImportEquals: {
                const auto* import = node->as<TsImportEquals>();
                open(import->is_require ? "import-require" : "import-alias");
                flag(import->is_export, "export");
                flag(!import->used_as_value, "unused");
                item(import->import_id);
                item(import->reference);
                return close();
            }
            case NodeKind::TsExportAssignment:
                return unary("export=", node->as<TsExportAssignment>()->expression);
            default:
                out_ += '?';
                out_ += name_of(node->kind);
        }
    }

    void function(const Function& function) {
        open(function.is_arrow                                ? "=>"
             : function.kind == NodeKind::FunctionDeclaration ? "function-declaration"
                                                              : "function");
        flag(function.is_async, "async");
        flag(function.is_generator, "generator");
        if (!function.is_arrow && !function.is_method) item(function.function_id);
        out_ += ' ';
        open({});
        std::string_view separator;
        for (const Node* param : function.params) {
            out_ += separator;
            separator = " ";
            node(param);
        }
        close();
        if (const auto* block = function.body->try_as<BlockStatement>()) {
            items(block->body);
        } else {
            item(function.body);
        }
        close();
    }

    // Chains of unbounded length; false if `first` is none.
    bool chain(const Node* first) {
        std::vector<const Node*> links;
        const Node* at = first;
        for (bool more = true; more;) {
            links.push_back(at);
            switch (at->kind) {
                case NodeKind::BinaryExpression:
                    open(spelling(at->as<BinaryExpression>()->op));
                    at = at->as<BinaryExpression>()->left;
                    break;
                case NodeKind::LogicalExpression:
                    open(spelling(at->as<LogicalExpression>()->op));
                    at = at->as<LogicalExpression>()->left;
                    break;
                case NodeKind::CallExpression:
                    open(at->as<CallExpression>()->optional ? "call?." : "call");
                    at = at->as<CallExpression>()->callee;
                    break;
                case NodeKind::MemberExpression: {
                    const auto* member = at->as<MemberExpression>();
                    open(member->optional ? (member->computed ? "?.[]" : "?.") : member->computed ? "[]" : ".");
                    at = member->object;
                    break;
                }
                case NodeKind::TaggedTemplate:
                    open("tagged");
                    at = at->as<TaggedTemplate>()->tag;
                    break;
                case NodeKind::IfStatement:
                    open("if");
                    item(at->as<IfStatement>()->test);
                    item(at->as<IfStatement>()->consequent);
                    at = at->as<IfStatement>()->alternate;
                    if (at == nullptr) more = false;
                    break;
                case NodeKind::ConditionalExpression:
                    open("?:");
                    item(at->as<ConditionalExpression>()->test);
                    item(at->as<ConditionalExpression>()->consequent);
                    at = at->as<ConditionalExpression>()->alternate;
                    break;
                default:
                    links.pop_back();
                    if (links.empty()) return false;
                    node(at);
                    more = false;
                    continue;
            }
            if (more) out_ += ' ';
        }
        for (std::size_t i = links.size(); i-- > 0;) {
            const Node* link = links[i];
            if (const auto* binary = link->try_as<BinaryExpression>()) item(binary->right);
            if (const auto* logical = link->try_as<LogicalExpression>()) item(logical->right);
            if (const auto* call = link->try_as<CallExpression>()) items(call->arguments);
            if (const auto* member = link->try_as<MemberExpression>()) item(member->property);
            if (const auto* tagged = link->try_as<TaggedTemplate>()) item(tagged->quasi);
            close();
        }
        return true;
    }

    void open(std::string_view head) {
        out_ += '(';
        out_ += head;
    }
    void close() { out_ += ')'; }
    void word(std::string_view text) {
        out_ += ' ';
        out_ += text;
    }
    void flag(bool set, std::string_view name) {
        if (set) word(name);
    }
    void item(const Node* child) {
        out_ += ' ';
        node(child);
    }
    template <class T>
    void items(List<T> children) {
        for (const T* child : children) item(child);
    }
    template <class T>
    void list(std::string_view head, List<T> children) {
        open(head);
        items(children);
        close();
    }
    void unary(std::string_view head, const Node* child) {
        open(head);
        if (child != nullptr) item(child);
        close();
    }
    void key(const Node* node, bool computed) {
        if (computed) {
            out_ += " [";
            this->node(node);
            out_ += ']';
        } else {
            item(node);
        }
    }
    void number(double value) {
        if (value > std::numeric_limits<double>::max()) {
            out_ += "Infinity";
            return;
        }
        std::array<char, 32> digits{};
        const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        out_.append(digits.data(), result.ptr);
    }
    void text(std::string_view value) {
        constexpr std::string_view kHex = "0123456789abcdef";
        out_ += '"';
        for (const char c : value) {
            const auto byte = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                out_ += '\\';
                out_ += c;
            } else if (c == '\n') {
                out_ += "\\n";
            } else if (byte < 0x20 || byte == 0x7F) {
                out_ += "\\x";
                out_ += kHex[byte >> 4];
                out_ += kHex[byte & 15];
            } else {
                out_ += c;
            }
        }
        out_ += '"';
    }

    std::string out_;
};

}  // namespace

std::string dump(const Node& node) {
    Dumper dumper;
    dumper.node(&node);
    return dumper.take();
}

}  // namespace k6::js::syntax
