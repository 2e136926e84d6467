#include "js/syntax/ast.h"

#include <algorithm>
#include <array>

namespace k6::js::syntax {
namespace {

// In the order of NodeKind.
constexpr std::array<std::string_view, static_cast<std::size_t>(NodeKind::TsExportAssignment) + 1> kKindNames = {
    "Program",
    "Identifier",
    "PrivateName",
    "NullLiteral",
    "BooleanLiteral",
    "NumericLiteral",
    "BigIntLiteral",
    "StringLiteral",
    "RegExpLiteral",
    "TemplateLiteral",
    "TemplateElement",
    "TaggedTemplate",
    "ArrayExpression",
    "ObjectExpression",
    "Property",
    "FunctionExpression",
    "ArrowFunction",
    "ClassExpression",
    "UnaryExpression",
    "UpdateExpression",
    "BinaryExpression",
    "LogicalExpression",
    "AssignmentExpression",
    "ConditionalExpression",
    "CallExpression",
    "NewExpression",
    "MemberExpression",
    "ChainExpression",
    "SequenceExpression",
    "ThisExpression",
    "Super",
    "MetaProperty",
    "ImportExpression",
    "AwaitExpression",
    "YieldExpression",
    "SpreadElement",
    "MethodDefinition",
    "PropertyDefinition",
    "StaticBlock",
    "ArrayPattern",
    "ObjectPattern",
    "PatternProperty",
    "AssignmentPattern",
    "RestElement",
    "BlockStatement",
    "EmptyStatement",
    "DebuggerStatement",
    "ExpressionStatement",
    "VariableDeclaration",
    "VariableDeclarator",
    "FunctionDeclaration",
    "ClassDeclaration",
    "IfStatement",
    "ForStatement",
    "ForInStatement",
    "ForOfStatement",
    "WhileStatement",
    "DoWhileStatement",
    "ContinueStatement",
    "BreakStatement",
    "ReturnStatement",
    "ThrowStatement",
    "TryStatement",
    "CatchClause",
    "SwitchStatement",
    "SwitchCase",
    "LabeledStatement",
    "WithStatement",
    "ImportDeclaration",
    "ImportSpecifier",
    "ExportNamedDeclaration",
    "ExportSpecifier",
    "ExportDefaultDeclaration",
    "ExportAllDeclaration",
    "TsEnumDeclaration",
    "TsEnumMember",
    "TsParameterProperty",
    "TsNamespaceDeclaration",
    "TsImportEquals",
    "TsExportAssignment",
};

constexpr std::array<std::string_view, 7> kUnary = {"-", "+", "!", "~", "typeof", "void", "delete"};
constexpr std::array<std::string_view, 22> kBinary = {
    "+", "-",  "*",  "/",   "%",   "**", "<<", ">>", ">>>", "&",  "|",
    "^", "==", "!=", "===", "!==", "<",  "<=", ">",  ">=",  "in", "instanceof"};
constexpr std::array<std::string_view, 3> kLogical = {"&&", "||", "??"};
constexpr std::array<std::string_view, 16> kAssignment = {
    "=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^=", "&&=", "||=", "\?\?="};

constexpr std::size_t kFirstChunk = 16 * 1024;
constexpr std::size_t kLargestChunk = 1024 * 1024;

}  // namespace

std::string_view name_of(NodeKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }
std::string_view spelling(UnaryOperator op) { return kUnary[static_cast<std::size_t>(op)]; }
std::string_view spelling(UpdateOperator op) { return op == UpdateOperator::increment ? "++" : "--"; }
std::string_view spelling(BinaryOperator op) { return kBinary[static_cast<std::size_t>(op)]; }
std::string_view spelling(LogicalOperator op) { return kLogical[static_cast<std::size_t>(op)]; }
std::string_view spelling(AssignmentOperator op) { return kAssignment[static_cast<std::size_t>(op)]; }

std::uint32_t LineTable::line(std::uint32_t offset) const {
    const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    return next == line_starts_.begin() ? 1 : static_cast<std::uint32_t>(next - line_starts_.begin());
}

Position LineTable::position(std::uint32_t offset) const {
    if (line_starts_.empty()) return {};
    offset = std::min(offset, static_cast<std::uint32_t>(source_.size()));
    const std::uint32_t line_number = line(offset);
    std::uint32_t column = 1;
    for (std::uint32_t at = line_starts_[line_number - 1]; at < offset; ++at) {
        const auto byte = static_cast<unsigned char>(source_[at]);
        // Continuation bytes add nothing; the first byte of a 4-byte sequence stands for a surrogate pair.
        if ((byte & 0xC0) != 0x80) column += byte >= 0xF0 ? 2 : 1;
    }
    return {line_number, column};
}

void* Arena::allocate_slow(std::size_t size, std::size_t alignment) {
    const std::size_t wanted = size + alignment;
    const std::size_t doubled = std::clamp(capacity_, kFirstChunk, kLargestChunk);
    const std::size_t chunk_size = std::max(wanted, doubled);
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_size));
    capacity_ += chunk_size;
    next_ = chunks_.back().get();
    limit_ = next_ + chunk_size;
    return allocate(size, alignment);
}

}  // namespace k6::js::syntax
