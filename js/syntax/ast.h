// The syntax tree of one script: ES2022 with TypeScript's types erased.
//
// The tree is made by parse() (parser.h) and owned by the ParseResult: every node, list and string lives in its arena
// and is freed with it at once. Nodes are trivially destructible; nothing in the tree points outside of the arena (the
// source text is copied into it). A finished tree is not changed by this library, so several threads may read it.
//
//   auto parsed = parse("let x = 1 + 2", {.type = SourceType::script});
//   for (const Statement* statement : parsed.program().body) {
//       if (const auto* declaration = statement->try_as<VariableDeclaration>()) {
//           for (const VariableDeclarator* d : declaration->declarators) visit(d->target, d->init);
//       }
//   }
//
// Shapes follow ESTree with small deviations; the names are those of ECMA-262.
//
// Every node
//   kind            NodeKind
//   start, end      byte offsets in Program::source, end exclusive; Program::position() makes line and column of them
//   id              number of the node, unique in its tree and < Program::node_count: index for side tables
//   parenthesized   an expression written in parentheses (the range excludes them)
//
// Names and strings
//   Identifier names are interned: equal names of one tree have equal data() pointers. Escapes in names are resolved.
//   Cooked string and template values are UTF-8; an escaped surrogate pair ("\ud83d\ude00") becomes its one 4-byte
//   character, a lone surrogate becomes the 3-byte sequence UTF-8 would give it (that is WTF-8: ED A0..BF xx).
//   Raw texts are the source's own bytes (template raw texts with CR and CR LF already made LF).
//
// Depth
//   Nesting is bounded by the parser (kMaxNesting), so a recursive walk is safe, except for chains, whose length has no
//   bound: BinaryExpression and LogicalExpression along `left`; MemberExpression, CallExpression and TaggedTemplate
//   along `object`, `callee` and `tag`; IfStatement and ConditionalExpression along `alternate`. Walk those in a loop.
//
// Node kinds and their fields ("?" may be null; List = std::span of node pointers; Expr, Stmt, Pattern = Node)
//   Program              body: List<Stmt>; source_type, strict, facts, flags of the whole file, line table
//  Expressions
//   Identifier           name (a reference, a binding, a label, or a property name: by position)
//   PrivateName          name without '#'; only as a key, a member's property, or the left side of `in`
//   NullLiteral          -
//   BooleanLiteral       value
//   NumericLiteral       value: double; raw
//   BigIntLiteral        digits: "123", "0xff", "0o7", "0b1": without separators and n
//   StringLiteral        value (cooked), raw with quotes
//   RegExpLiteral        pattern, flags
//   TemplateLiteral      quasis: List<TemplateElement>, one more than expressions: List<Expr>
//   TemplateElement      cooked (has_cooked false: invalid escape in a tagged template, its value is undefined), raw
//   TaggedTemplate       tag: Expr, quasi: TemplateLiteral
//   ArrayExpression      elements: List<Expr?>; null is a hole; SpreadElement allowed
//   ObjectExpression     properties: List of Property | SpreadElement
//   Property             key, value: Expr; property_kind init|get|set; method, shorthand, computed
//   FunctionExpression, FunctionDeclaration, ArrowFunction   struct Function: id?, params: List<Pattern>, body, facts
//   ClassExpression, ClassDeclaration    struct Class: id?, super_class?, members: List of MethodDefinition |
//                        PropertyDefinition | StaticBlock, constructor?
//   MethodDefinition     key, computed, is_static, method_kind constructor|method|get|set, value: Function
//   PropertyDefinition   key, computed, is_static, value?: Expr, facts of the initialiser (it runs as a method)
//   StaticBlock          body: List<Stmt>, facts
//   UnaryExpression      op, argument
//   UpdateExpression     op, prefix, argument
//   BinaryExpression     op, left, right (left is a PrivateName in `#x in o`)
//   LogicalExpression    op && || ??, left, right
//   AssignmentExpression op, target: Pattern (ArrayPattern/ObjectPattern only for =), value
//   ConditionalExpression test, consequent, alternate
//   CallExpression       callee (Super for super()), arguments: List<Expr>, optional (the ?.( itself)
//   NewExpression        callee, arguments
//   MemberExpression     object (may be Super), property: Identifier | PrivateName, or any Expr if computed; optional
//   ChainExpression      expression: wraps a whole chain that has at least one `optional` link: where ?. stops
//   SequenceExpression   expressions: at least two
//   ThisExpression, Super    -
//   MetaProperty         meta new_target|import_meta
//   ImportExpression     source: import(source)
//   AwaitExpression      argument
//   YieldExpression      argument?, delegate (yield*)
//   SpreadElement        argument; in array, object, call and new only
//  Patterns: binding targets are Identifier or a pattern; assignment targets also MemberExpression
//   ArrayPattern         elements: List<Pattern?>; null is a hole; RestElement last
//   ObjectPattern        properties: List of PatternProperty | RestElement (last)
//   PatternProperty      key, computed, shorthand, value: Pattern
//   AssignmentPattern    target: Pattern, default_value: Expr
//   RestElement          argument: Pattern
//  Statements
//   BlockStatement       body (also function bodies)
//   EmptyStatement, DebuggerStatement   -
//   ExpressionStatement  expression; directive (true for "use strict" and any other directive)
//   VariableDeclaration  declaration_kind var|let|const, declarators: List<VariableDeclarator>
//   VariableDeclarator   target: Pattern, init?
//   IfStatement          test, consequent, alternate?
//   ForStatement         init?: VariableDeclaration | Expr, test?, update?, body
//   ForInStatement, ForOfStatement   left: VariableDeclaration (one declarator) | Pattern, right, body; is_await
//   WhileStatement, DoWhileStatement   test, body
//   ContinueStatement, BreakStatement   label?: Identifier
//   ReturnStatement      argument?
//   ThrowStatement       argument
//   TryStatement         block, handler?: CatchClause, finalizer?: BlockStatement
//   CatchClause          param?: Pattern, body: BlockStatement
//   SwitchStatement      discriminant, cases: List<SwitchCase>
//   SwitchCase           test? (null is default), consequent: List<Stmt>
//   LabeledStatement     label: Identifier, body
//   WithStatement        object, body
//  Modules
//   ImportDeclaration    source: StringLiteral, specifiers: List<ImportSpecifier> (may be empty)
//   ImportSpecifier      import_kind default_import|namespace_import|named, imported: name, local: Identifier,
//                        used_as_value
//   ExportNamedDeclaration   declaration?: Stmt, or specifiers: List<ExportSpecifier> and source?: StringLiteral
//   ExportSpecifier      local, exported: names
//   ExportDefaultDeclaration declaration: FunctionDeclaration | ClassDeclaration (id may be null) | Expr
//   ExportAllDeclaration source, exported (has_exported false: export * from)
//  TypeScript (everything else of it is erased: dropped from the tree without a trace)
//   TsEnumDeclaration    id, members: List<TsEnumMember>, is_const
//   TsEnumMember         name, init?
//   TsParameterProperty  parameter: Identifier | AssignmentPattern of an Identifier; only in a constructor's params
//   TsNamespaceDeclaration   id, body: List<Stmt>; `namespace A.B {}` is A holding an exported B
//   TsImportEquals       id, reference: StringLiteral if is_require, else Identifier/MemberExpression; is_export
//   TsExportAssignment   expression: export = expression
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace k6::js::syntax {

/// Nested constructs beyond this depth are a syntax error, which bounds the stack of the parser and of tree walks.
inline constexpr int kMaxNesting = 500;

enum class NodeKind : std::uint8_t {
    Program,
    // Expressions
    Identifier,
    PrivateName,
    NullLiteral,
    BooleanLiteral,
    NumericLiteral,
    BigIntLiteral,
    StringLiteral,
    RegExpLiteral,
    TemplateLiteral,
    TemplateElement,
    TaggedTemplate,
    ArrayExpression,
    ObjectExpression,
    Property,
    FunctionExpression,
    ArrowFunction,
    ClassExpression,
    UnaryExpression,
    UpdateExpression,
    BinaryExpression,
    LogicalExpression,
    AssignmentExpression,
    ConditionalExpression,
    CallExpression,
    NewExpression,
    MemberExpression,
    ChainExpression,
    SequenceExpression,
    ThisExpression,
    Super,
    MetaProperty,
    ImportExpression,
    AwaitExpression,
    YieldExpression,
    SpreadElement,
    // Class members
    MethodDefinition,
    PropertyDefinition,
    StaticBlock,
    // Patterns
    ArrayPattern,
    ObjectPattern,
    PatternProperty,
    AssignmentPattern,
    RestElement,
    // Statements
    BlockStatement,
    EmptyStatement,
    DebuggerStatement,
    ExpressionStatement,
    VariableDeclaration,
    VariableDeclarator,
    FunctionDeclaration,
    ClassDeclaration,
    IfStatement,
    ForStatement,
    ForInStatement,
    ForOfStatement,
    WhileStatement,
    DoWhileStatement,
    ContinueStatement,
    BreakStatement,
    ReturnStatement,
    ThrowStatement,
    TryStatement,
    CatchClause,
    SwitchStatement,
    SwitchCase,
    LabeledStatement,
    WithStatement,
    // Modules
    ImportDeclaration,
    ImportSpecifier,
    ExportNamedDeclaration,
    ExportSpecifier,
    ExportDefaultDeclaration,
    ExportAllDeclaration,
    // TypeScript
    TsEnumDeclaration,
    TsEnumMember,
    TsParameterProperty,
    TsNamespaceDeclaration,
    TsImportEquals,
    TsExportAssignment,
};

/// "Program", "Identifier", ...
std::string_view name_of(NodeKind kind);

/// The base of all nodes.
struct Node {
    NodeKind kind;
    bool parenthesized = false;
    std::uint32_t start = 0;
    std::uint32_t end = 0;
    std::uint32_t id = 0;

    explicit Node(NodeKind node_kind) : kind(node_kind) {}

    template <class T>
    bool is() const {
        return T::holds(kind);
    }
    /// The node as a T, which it must be.
    template <class T>
    T* as() {
        assert(is<T>());
        return static_cast<T*>(this);
    }
    template <class T>
    const T* as() const {
        assert(is<T>());
        return static_cast<const T*>(this);
    }
    /// The node as a T, or null if it is something else.
    template <class T>
    T* try_as() {
        return is<T>() ? static_cast<T*>(this) : nullptr;
    }
    template <class T>
    const T* try_as() const {
        return is<T>() ? static_cast<const T*>(this) : nullptr;
    }
};

using Expression = Node;
using Statement = Node;
using Pattern = Node;

/// Children in source order; the pointers live in the arena.
template <class T>
using List = std::span<T* const>;

/// Base of a node that stands for exactly one kind.
template <NodeKind K>
struct NodeOf : Node {
    static constexpr NodeKind kKind = K;
    static constexpr bool holds(NodeKind node_kind) { return node_kind == K; }
    NodeOf() : Node(K) {}
};

/// What the code of one function (or script, field initialiser, static block) does. Facts of arrow functions also count
/// for the function around them, as `this`, `arguments`, `super` and `new.target` are that function's; nested
/// non-arrow functions keep theirs to themselves. contains_await and contains_yield are never passed on.
struct FunctionFacts {
    bool uses_this : 1 = false;
    bool uses_arguments : 1 = false;  ///< the identifier `arguments` is read or written
    bool uses_super_call : 1 = false;
    bool uses_super_property : 1 = false;
    bool uses_new_target : 1 = false;
    bool contains_direct_eval : 1 = false;  ///< eval(...) here or in a nested function of any kind
    bool contains_await : 1 = false;        ///< await or for await
    bool contains_yield : 1 = false;
    bool contains_closure : 1 = false;  ///< has a nested function, arrow function or class
};

// ---- Operators; spelling() gives their source text ----

enum class UnaryOperator : std::uint8_t { minus, plus, logical_not, bitwise_not, typeof_, void_, delete_ };
enum class UpdateOperator : std::uint8_t { increment, decrement };
enum class BinaryOperator : std::uint8_t {
    add,
    subtract,
    multiply,
    divide,
    remainder,
    exponent,
    shift_left,
    shift_right,
    shift_right_unsigned,
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    equal,
    not_equal,
    strict_equal,
    strict_not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    instanceof
    ,
};
enum class LogicalOperator : std::uint8_t { logical_and, logical_or, nullish };
enum class AssignmentOperator : std::uint8_t {
    assign,
    add,
    subtract,
    multiply,
    divide,
    remainder,
    exponent,
    shift_left,
    shift_right,
    shift_right_unsigned,
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    logical_and,
    logical_or,
    nullish,
};

std::string_view spelling(UnaryOperator op);
std::string_view spelling(UpdateOperator op);
std::string_view spelling(BinaryOperator op);
std::string_view spelling(LogicalOperator op);
std::string_view spelling(AssignmentOperator op);

// ---- Expressions ----

struct Identifier : NodeOf<NodeKind::Identifier> {
    std::string_view name;
};

struct PrivateName : NodeOf<NodeKind::PrivateName> {
    std::string_view name;  ///< without '#'
};

struct NullLiteral : NodeOf<NodeKind::NullLiteral> {};

struct BooleanLiteral : NodeOf<NodeKind::BooleanLiteral> {
    bool value = false;
};

struct NumericLiteral : NodeOf<NodeKind::NumericLiteral> {
    double value = 0;
    std::string_view raw;
};

struct BigIntLiteral : NodeOf<NodeKind::BigIntLiteral> {
    std::string_view digits;  ///< with its 0x, 0o or 0b prefix, without separators and the final n
};

struct StringLiteral : NodeOf<NodeKind::StringLiteral> {
    std::string_view value;  ///< cooked, WTF-8
    std::string_view raw;    ///< with its quotes
};

struct RegExpLiteral : NodeOf<NodeKind::RegExpLiteral> {
    std::string_view pattern;
    std::string_view flags;
};

struct TemplateElement : NodeOf<NodeKind::TemplateElement> {
    std::string_view cooked;
    std::string_view raw;
    bool has_cooked = true;
};

struct TemplateLiteral : NodeOf<NodeKind::TemplateLiteral> {
    List<TemplateElement> quasis;
    List<Expression> expressions;
};

struct TaggedTemplate : NodeOf<NodeKind::TaggedTemplate> {
    Expression* tag = nullptr;
    TemplateLiteral* quasi = nullptr;
};

struct ArrayExpression : NodeOf<NodeKind::ArrayExpression> {
    List<Expression> elements;  ///< null: hole
};

struct ObjectExpression : NodeOf<NodeKind::ObjectExpression> {
    List<Node> properties;  ///< Property or SpreadElement
};

enum class PropertyKind : std::uint8_t { init, get, set };

/// A property of an object literal. A key that is not computed is an Identifier (a name, not a reference),
/// StringLiteral, NumericLiteral or BigIntLiteral. For get, set and method the value is a FunctionExpression whose
/// range starts at its parameter list; the property's range is the source text of the method.
struct Property : NodeOf<NodeKind::Property> {
    PropertyKind property_kind = PropertyKind::init;
    bool method = false;
    bool shorthand = false;  ///< {a}: the key and the value are two Identifier nodes of the same range
    bool computed = false;
    Expression* key = nullptr;
    Expression* value = nullptr;
};

struct BlockStatement;

/// FunctionDeclaration, FunctionExpression (also the values of methods) and ArrowFunction.
struct Function : Node {
    static constexpr bool holds(NodeKind node_kind) {
        return node_kind == NodeKind::FunctionDeclaration || node_kind == NodeKind::FunctionExpression ||
               node_kind == NodeKind::ArrowFunction;
    }
    explicit Function(NodeKind node_kind) : Node(node_kind) {}

    Identifier* function_id = nullptr;  ///< null: anonymous
    List<Pattern> params;               ///< Identifier, pattern, AssignmentPattern, RestElement, TsParameterProperty
    Node* body = nullptr;               ///< BlockStatement; an Expression if has_expression_body
    /// Where its own text begins: of a method at async, get, set, * or the key, else `start`.
    std::uint32_t text_start = 0;
    FunctionFacts facts;
    bool is_async = false;
    bool is_generator = false;
    bool is_arrow = false;
    bool is_method = false;  ///< value of a method, getter, setter or constructor
    bool has_expression_body = false;
    bool strict = false;
    bool has_simple_params = true;  ///< plain identifiers only: `arguments` is mapped if also sloppy
};

/// ClassDeclaration and ClassExpression. All of a class is strict code.
struct MethodDefinition;
struct Class : Node {
    static constexpr bool holds(NodeKind node_kind) {
        return node_kind == NodeKind::ClassDeclaration || node_kind == NodeKind::ClassExpression;
    }
    explicit Class(NodeKind node_kind) : Node(node_kind) {}

    Identifier* class_id = nullptr;  ///< null: anonymous
    Expression* super_class = nullptr;
    List<Node> members;                       ///< MethodDefinition, PropertyDefinition, StaticBlock
    MethodDefinition* constructor = nullptr;  ///< also in members; null: the default constructor
};

enum class MethodKind : std::uint8_t { constructor, method, get, set };

struct MethodDefinition : NodeOf<NodeKind::MethodDefinition> {
    MethodKind method_kind = MethodKind::method;
    bool is_static = false;
    bool computed = false;
    Expression* key = nullptr;  ///< as Property::key, or a PrivateName
    Function* value = nullptr;
};

struct PropertyDefinition : NodeOf<NodeKind::PropertyDefinition> {
    bool is_static = false;
    bool computed = false;
    Expression* key = nullptr;    ///< as Property::key, or a PrivateName
    Expression* value = nullptr;  ///< null: undefined
    FunctionFacts facts;
};

struct StaticBlock : NodeOf<NodeKind::StaticBlock> {
    List<Statement> body;
    FunctionFacts facts;
};

struct UnaryExpression : NodeOf<NodeKind::UnaryExpression> {
    UnaryOperator op = UnaryOperator::minus;
    Expression* argument = nullptr;
};

struct UpdateExpression : NodeOf<NodeKind::UpdateExpression> {
    UpdateOperator op = UpdateOperator::increment;
    bool prefix = false;
    Expression* argument = nullptr;
};

struct BinaryExpression : NodeOf<NodeKind::BinaryExpression> {
    BinaryOperator op = BinaryOperator::add;
    Expression* left = nullptr;
    Expression* right = nullptr;
};

struct LogicalExpression : NodeOf<NodeKind::LogicalExpression> {
    LogicalOperator op = LogicalOperator::logical_and;
    Expression* left = nullptr;
    Expression* right = nullptr;
};

struct AssignmentExpression : NodeOf<NodeKind::AssignmentExpression> {
    AssignmentOperator op = AssignmentOperator::assign;
    Pattern* target = nullptr;
    Expression* value = nullptr;
};

struct ConditionalExpression : NodeOf<NodeKind::ConditionalExpression> {
    Expression* test = nullptr;
    Expression* consequent = nullptr;
    Expression* alternate = nullptr;
};

struct CallExpression : NodeOf<NodeKind::CallExpression> {
    bool optional = false;
    bool is_direct_eval = false;        ///< eval(...) with the plain name, not optional
    std::uint32_t arguments_start = 0;  ///< of the opening parenthesis
    Expression* callee = nullptr;
    List<Expression> arguments;
};

struct NewExpression : NodeOf<NodeKind::NewExpression> {
    Expression* callee = nullptr;
    List<Expression> arguments;
};

struct MemberExpression : NodeOf<NodeKind::MemberExpression> {
    bool computed = false;
    bool optional = false;
    Expression* object = nullptr;
    Expression* property = nullptr;
};

struct ChainExpression : NodeOf<NodeKind::ChainExpression> {
    Expression* expression = nullptr;
};

struct SequenceExpression : NodeOf<NodeKind::SequenceExpression> {
    List<Expression> expressions;
};

struct ThisExpression : NodeOf<NodeKind::ThisExpression> {};
struct Super : NodeOf<NodeKind::Super> {};

enum class MetaKind : std::uint8_t { new_target, import_meta };

struct MetaProperty : NodeOf<NodeKind::MetaProperty> {
    MetaKind meta = MetaKind::new_target;
};

struct ImportExpression : NodeOf<NodeKind::ImportExpression> {
    Expression* source = nullptr;
};

struct AwaitExpression : NodeOf<NodeKind::AwaitExpression> {
    Expression* argument = nullptr;
};

struct YieldExpression : NodeOf<NodeKind::YieldExpression> {
    bool delegate = false;
    Expression* argument = nullptr;
};

struct SpreadElement : NodeOf<NodeKind::SpreadElement> {
    Expression* argument = nullptr;
};

// ---- Patterns ----

struct ArrayPattern : NodeOf<NodeKind::ArrayPattern> {
    List<Pattern> elements;  ///< null: hole
};

struct ObjectPattern : NodeOf<NodeKind::ObjectPattern> {
    List<Node> properties;  ///< PatternProperty, and a RestElement last
};

struct PatternProperty : NodeOf<NodeKind::PatternProperty> {
    bool computed = false;
    bool shorthand = false;
    Expression* key = nullptr;
    Pattern* value = nullptr;
};

struct AssignmentPattern : NodeOf<NodeKind::AssignmentPattern> {
    Pattern* target = nullptr;
    Expression* default_value = nullptr;
};

struct RestElement : NodeOf<NodeKind::RestElement> {
    Pattern* argument = nullptr;
};

// ---- Statements ----

struct BlockStatement : NodeOf<NodeKind::BlockStatement> {
    List<Statement> body;
};

struct EmptyStatement : NodeOf<NodeKind::EmptyStatement> {};
struct DebuggerStatement : NodeOf<NodeKind::DebuggerStatement> {};

struct ExpressionStatement : NodeOf<NodeKind::ExpressionStatement> {
    bool directive = false;
    Expression* expression = nullptr;
};

enum class DeclarationKind : std::uint8_t { var, let, const_ };

struct VariableDeclarator : NodeOf<NodeKind::VariableDeclarator> {
    Pattern* target = nullptr;
    Expression* init = nullptr;
};

struct VariableDeclaration : NodeOf<NodeKind::VariableDeclaration> {
    DeclarationKind declaration_kind = DeclarationKind::var;
    List<VariableDeclarator> declarators;
};

struct IfStatement : NodeOf<NodeKind::IfStatement> {
    Expression* test = nullptr;
    Statement* consequent = nullptr;
    Statement* alternate = nullptr;
};

struct ForStatement : NodeOf<NodeKind::ForStatement> {
    Node* init = nullptr;
    Expression* test = nullptr;
    Expression* update = nullptr;
    Statement* body = nullptr;
};

struct ForInStatement : NodeOf<NodeKind::ForInStatement> {
    Node* left =
        nullptr;  ///< a VariableDeclaration has one declarator (with an init only in sloppy `for (var a = 1 in o)`)
    Expression* right = nullptr;
    Statement* body = nullptr;
};

struct ForOfStatement : NodeOf<NodeKind::ForOfStatement> {
    bool is_await = false;
    Node* left = nullptr;
    Expression* right = nullptr;
    Statement* body = nullptr;
};

struct WhileStatement : NodeOf<NodeKind::WhileStatement> {
    Expression* test = nullptr;
    Statement* body = nullptr;
};

struct DoWhileStatement : NodeOf<NodeKind::DoWhileStatement> {
    Statement* body = nullptr;
    Expression* test = nullptr;
};

struct ContinueStatement : NodeOf<NodeKind::ContinueStatement> {
    Identifier* label = nullptr;
};

struct BreakStatement : NodeOf<NodeKind::BreakStatement> {
    Identifier* label = nullptr;
};

struct ReturnStatement : NodeOf<NodeKind::ReturnStatement> {
    Expression* argument = nullptr;
};

struct ThrowStatement : NodeOf<NodeKind::ThrowStatement> {
    Expression* argument = nullptr;
};

struct CatchClause : NodeOf<NodeKind::CatchClause> {
    Pattern* param = nullptr;
    BlockStatement* body = nullptr;
};

struct TryStatement : NodeOf<NodeKind::TryStatement> {
    BlockStatement* block = nullptr;
    CatchClause* handler = nullptr;
    BlockStatement* finalizer = nullptr;
};

struct SwitchCase : NodeOf<NodeKind::SwitchCase> {
    Expression* test = nullptr;  ///< null: default
    List<Statement> consequent;
};

struct SwitchStatement : NodeOf<NodeKind::SwitchStatement> {
    Expression* discriminant = nullptr;
    List<SwitchCase> cases;
};

struct LabeledStatement : NodeOf<NodeKind::LabeledStatement> {
    Identifier* label = nullptr;
    Statement* body = nullptr;
};

struct WithStatement : NodeOf<NodeKind::WithStatement> {
    Expression* object = nullptr;
    Statement* body = nullptr;
};

// ---- Modules ----

enum class ImportKind : std::uint8_t { default_import, namespace_import, named };

struct ImportSpecifier : NodeOf<NodeKind::ImportSpecifier> {
    ImportKind import_kind = ImportKind::named;
    /// The binding is read or exported somewhere. TypeScript drops import bindings that are not (and a declaration
    /// that had specifiers and lost all of them); JavaScript keeps them. Always true for JavaScript.
    bool used_as_value = true;
    std::string_view imported;  ///< the exporting module's name for it; "default" for a default import
    Identifier* local = nullptr;
};

struct ImportDeclaration : NodeOf<NodeKind::ImportDeclaration> {
    StringLiteral* source = nullptr;
    List<ImportSpecifier> specifiers;  ///< empty: imported for its effects only
};

struct ExportSpecifier : NodeOf<NodeKind::ExportSpecifier> {
    std::string_view local;  ///< a binding of this module; with a source: a name exported there
    std::string_view exported;
};

struct ExportNamedDeclaration : NodeOf<NodeKind::ExportNamedDeclaration> {
    Statement* declaration =
        nullptr;  ///< VariableDeclaration, FunctionDeclaration, ClassDeclaration, TsEnum..., TsNamespace...
    List<ExportSpecifier> specifiers;
    StringLiteral* source = nullptr;
};

struct ExportDefaultDeclaration : NodeOf<NodeKind::ExportDefaultDeclaration> {
    Node* declaration = nullptr;
};

struct ExportAllDeclaration : NodeOf<NodeKind::ExportAllDeclaration> {
    StringLiteral* source = nullptr;
    bool has_exported = false;
    std::string_view exported;  ///< export * as exported from source
};

// ---- TypeScript ----

struct TsEnumMember : NodeOf<NodeKind::TsEnumMember> {
    std::string_view name;
    Expression* init = nullptr;
};

struct TsEnumDeclaration : NodeOf<NodeKind::TsEnumDeclaration> {
    bool is_const = false;
    Identifier* enum_id = nullptr;
    List<TsEnumMember> members;
};

struct TsParameterProperty : NodeOf<NodeKind::TsParameterProperty> {
    Pattern* parameter = nullptr;
};

struct TsNamespaceDeclaration : NodeOf<NodeKind::TsNamespaceDeclaration> {
    Identifier* namespace_id = nullptr;
    List<Statement> body;  ///< exported members are ExportNamedDeclaration with a declaration, or TsImportEquals
};

struct TsImportEquals : NodeOf<NodeKind::TsImportEquals> {
    bool is_require = false;
    bool is_export = false;
    bool used_as_value = true;  ///< as ImportSpecifier::used_as_value
    Identifier* import_id = nullptr;
    Expression* reference = nullptr;
};

struct TsExportAssignment : NodeOf<NodeKind::TsExportAssignment> {
    Expression* expression = nullptr;
};

// ---- The whole file ----

/// How a source text is to be read.
enum class SourceType : std::uint8_t {
    module,  ///< strict, import/export, top-level await
    script,  ///< sloppy unless it says "use strict"
    /// The body of the function around a CommonJS file: strict, top-level return, no import/export declarations,
    /// no top-level await.
    commonjs_function_body,
};

/// 1-based line and column. Columns count UTF-16 code units, as source maps and editors do. Lines end at LF, CR, CR LF,
/// U+2028 and U+2029.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend bool operator==(const Position&, const Position&) = default;
};

/// Maps byte offsets of a UTF-8 text to positions. O(log lines + length of the line).
class LineTable {
public:
    LineTable() = default;
    /// `line_starts`: offset of the first byte of each line, ascending, beginning with 0.
    LineTable(std::string_view source, std::span<const std::uint32_t> line_starts)
        : source_(source), line_starts_(line_starts) {}

    Position position(std::uint32_t offset) const;
    /// The 1-based line alone: O(log lines).
    std::uint32_t line(std::uint32_t offset) const;
    std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_starts_.size()); }

private:
    std::string_view source_;
    std::span<const std::uint32_t> line_starts_;
};

struct Program : NodeOf<NodeKind::Program> {
    SourceType source_type = SourceType::script;
    bool strict = false;
    bool typescript = false;
    bool has_module_syntax = false;  ///< has an import or export declaration, import.meta or a top-level await
    bool has_dynamic_import = false;
    bool has_import_meta = false;
    bool has_async_generator = false;
    bool has_for_await = false;
    FunctionFacts facts;  ///< of the top-level code; contains_await: has a top-level await
    List<Statement> body;
    std::string_view source;     ///< the copy the offsets refer to; without byte order mark
    std::string_view file_name;  ///< as given to parse()
    std::uint32_t node_count = 0;
    LineTable lines;

    Position position(std::uint32_t offset) const { return lines.position(offset); }
    std::string_view text(const Node& node) const { return source.substr(node.start, node.end - node.start); }
};

/// Bump allocator of trivially destructible objects; frees everything at once.
class Arena {
public:
    Arena() = default;
    Arena(Arena&& other) noexcept { *this = std::move(other); }
    Arena& operator=(Arena&& other) noexcept {
        chunks_ = std::move(other.chunks_);
        other.chunks_.clear();
        next_ = std::exchange(other.next_, nullptr);
        limit_ = std::exchange(other.limit_, nullptr);
        capacity_ = std::exchange(other.capacity_, 0);
        return *this;
    }

    void* allocate(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
        const auto address = (reinterpret_cast<std::uintptr_t>(next_) + alignment - 1) & ~(alignment - 1);
        if (next_ == nullptr || address + size > reinterpret_cast<std::uintptr_t>(limit_))
            return allocate_slow(size, alignment);
        next_ = reinterpret_cast<std::byte*>(address + size);
        return reinterpret_cast<void*>(address);
    }

    template <class T, class... Args>
    T* make(Args&&... args) {
        static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
        return new (allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
    }

    /// A copy of `items` that lives in the arena.
    template <class T>
    std::span<T const> copy(std::span<T const> items) {
        static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
        if (items.empty()) return {};
        auto* memory = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
        std::uninitialized_copy(items.begin(), items.end(), memory);
        return {memory, items.size()};
    }
    std::string_view copy(std::string_view text) {
        const auto chars = copy(std::span<const char>(text.data(), text.size()));
        return {chars.data(), chars.size()};
    }

    /// Bytes reserved from the heap.
    std::size_t capacity() const { return capacity_; }

private:
    void* allocate_slow(std::size_t size, std::size_t alignment);

    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::byte* next_ = nullptr;
    std::byte* limit_ = nullptr;
    std::size_t capacity_ = 0;
};

}  // namespace k6::js::syntax
