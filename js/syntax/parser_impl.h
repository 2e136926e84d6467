// The recursive-descent parser behind parse(): one object per call. Internal to js/syntax.
//
// Errors: the first one is kept in the ErrorSink and the lexer then yields end_of_file for ever, so every function
// returns soon and normally; what it returns is then a placeholder (never null where a node is due). Loops therefore
// stop at end_of_file.
//
// Cover grammars: an expression that may turn out to be a pattern is parsed as an expression; what only a pattern may
// hold ({a = 1}) or only an expression may hold ({__proto__: 1, __proto__: 2}) is remembered in CoverErrors until it is
// known which of the two it is. to_pattern() then makes pattern nodes of the expression nodes.
//
// The functions are defined by theme: parser.cc (base, files, scopes), parse_expressions.cc, parse_patterns.cc,
// parse_functions.cc (functions and classes), parse_statements.cc, parse_modules.cc, parse_typescript.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "js/syntax/ast.h"
#include "js/syntax/lexer.h"
#include "js/syntax/parser.h"
#include "js/syntax/scope_tracker.h"
#include "js/syntax/token.h"

namespace k6::js::syntax {

inline constexpr std::uint32_t kNowhere = UINT32_MAX;

/// Offsets of what is wrong if the text is an expression (first two) or a pattern (third).
struct CoverErrors {
    std::uint32_t shorthand_default = kNowhere;  ///< the = of {a = 1}
    std::uint32_t duplicate_proto = kNowhere;
    std::uint32_t after_rest = kNowhere;  ///< a comma behind ...a
};

/// What the code of the innermost function (script, static block, field initialiser) may contain.
struct FunctionContext {
    FunctionContext* outer = nullptr;
    FunctionFacts facts;
    bool is_arrow = false;
    bool is_async = false;
    bool is_generator = false;
    bool allow_return = false;
    bool allow_new_target = false;
    bool allow_super_property = false;
    bool allow_super_call = false;
    bool forbid_arguments = false;   ///< field initialisers and static blocks, through arrow functions
    bool forbid_await_name = false;  ///< static blocks, through arrow functions
    std::size_t first_label = 0;
    int loops = 0;
    int switches = 0;
};

enum class FunctionFlavour : std::uint8_t { plain, method, getter, setter, constructor, derived_constructor };

class Parser {
public:
    Parser(std::string_view source, const ParseOptions& options, Arena& arena, ErrorSink& errors);

    Program* parse_program();

private:
    using Kind = TokenKind;

    enum class StatementContext : std::uint8_t {
        list_item,  ///< declarations allowed
        single,     ///< body of a loop or with
        if_body,    ///< also a sloppy function declaration
        label_body,
    };

    /// Collects a list on the shared stack, then copies it into the arena. While an inner builder lives, the outer ones
    /// must not be used.
    template <class T>
    class ListBuilder {
    public:
        explicit ListBuilder(Parser& parser)
            : stack_(parser.list_stack_), arena_(parser.arena_), base_(stack_.size()) {}
        ListBuilder(const ListBuilder&) = delete;
        ListBuilder& operator=(const ListBuilder&) = delete;
        ~ListBuilder() { stack_.resize(base_); }
        void add(T* node) { stack_.push_back(node); }
        std::size_t size() const { return stack_.size() - base_; }
        bool empty() const { return size() == 0; }
        T* at(std::size_t index) const { return static_cast<T*>(stack_[base_ + index]); }
        List<T> finish() const {
            if (empty()) return {};
            auto** memory = static_cast<T**>(arena_.allocate(size() * sizeof(T*), alignof(T*)));
            for (std::size_t i = 0; i < size(); ++i) memory[i] = at(i);
            return {memory, size()};
        }

    private:
        std::vector<Node*>& stack_;
        Arena& arena_;
        std::size_t base_;
    };

    template <class T>
    class Restore {
    public:
        explicit Restore(T& variable) : variable_(variable), saved_(variable) {}
        Restore(T& variable, T value) : variable_(variable), saved_(variable) { variable = value; }
        Restore(const Restore&) = delete;
        Restore& operator=(const Restore&) = delete;
        ~Restore() { variable_ = saved_; }

    private:
        T& variable_;
        T saved_;
    };

    /// Counts one level of nesting; reports an error when there are too many.
    class Nesting {
    public:
        explicit Nesting(Parser& parser) : parser_(parser) {
            if (++parser_.depth_ > kMaxNesting) parser_.fail(parser_.token_.start, "Nesting too deep");
        }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
        ~Nesting() { --parser_.depth_; }
        bool too_deep() const { return parser_.depth_ > kMaxNesting; }

    private:
        Parser& parser_;
    };

    class ScopeGuard {
    public:
        ScopeGuard(Parser& parser, ScopeKind kind) : scopes_(parser.scopes_) { scopes_.enter(kind); }
        ScopeGuard(Parser& parser, ScopeKind kind, std::size_t first_reference) : scopes_(parser.scopes_) {
            scopes_.enter(kind, first_reference);
        }
        ScopeGuard(const ScopeGuard&) = delete;
        ScopeGuard& operator=(const ScopeGuard&) = delete;
        ~ScopeGuard() { scopes_.leave(); }

    private:
        ScopeTracker& scopes_;
    };

    /// Everything speculation has to put back.
    struct Snapshot {
        Token token;
        std::uint32_t previous_end;
        std::uint32_t lexer_offset;
        FunctionFacts facts;
        std::size_t references;
        std::size_t private_uses;
        std::uint32_t yield_at;
        std::uint32_t await_at;
        std::uint32_t await_name_at;
        std::uint32_t next_id;
    };

    struct PrivateMember {
        std::string_view name;
        bool is_static = false;
        bool has_getter = false;
        bool has_setter = false;
    };
    struct PrivateUse {
        std::string_view name;
        std::uint32_t offset;
    };
    struct ClassContext {
        ClassContext* outer = nullptr;
        std::size_t first_use = 0;
        std::vector<PrivateMember> members;
    };
    struct Label {
        std::string_view name;
        std::uint32_t statement_start;  ///< where the labelled statement begins
        bool is_loop = false;
    };
    struct PendingExport {
        std::string_view local;
        std::uint32_t offset;
    };

    // ---- parser.cc: tokens, errors, nodes ----
    void advance() {
        previous_end_ = token_.end;
        token_ = lexer_.next();
    }
    bool at(Kind kind) const { return token_.kind == kind; }
    /// A word that has its meaning only if written without escapes.
    bool at_word(Kind kind) const { return token_.kind == kind && !token_.escaped; }
    bool at_end() const { return token_.kind == Kind::end_of_file; }
    bool failed() const { return errors_.failed; }
    bool eat(Kind kind) {
        if (token_.kind != kind) return false;
        advance();
        return true;
    }
    bool eat_word(Kind kind) {
        if (!at_word(kind)) return false;
        advance();
        return true;
    }
    void expect(Kind kind) {
        if (token_.kind == kind) {
            advance();
        } else {
            unexpected();
        }
    }
    void expect_word(Kind kind) {
        if (!eat_word(kind)) unexpected();
    }
    Token peek();
    void consume_semicolon();
    bool can_insert_semicolon() const {
        return token_.kind == Kind::semicolon || token_.kind == Kind::right_brace || token_.kind == Kind::end_of_file ||
               token_.newline_before;
    }
    void fail(std::uint32_t offset, std::string message);
    void unexpected() { unexpected(token_); }
    void unexpected(const Token& token);
    void redeclared(std::uint32_t offset, std::string_view name);

    template <class T>
    T* start_node(std::uint32_t start) {
        T* node = arena_.make<T>();
        node->start = start;
        node->id = next_id_++;
        return node;
    }
    template <class T>
    T* start_node_of(NodeKind kind, std::uint32_t start) {
        T* node = arena_.make<T>(kind);
        node->start = start;
        node->id = next_id_++;
        return node;
    }
    template <class T>
    T* finish(T* node) {
        node->end = previous_end_;
        return node;
    }
    Identifier* make_identifier(std::string_view name, std::uint32_t start, std::uint32_t end);
    /// Stands in where an error was found.
    Identifier* placeholder() { return make_identifier({}, token_.start, token_.start); }
    StringLiteral* placeholder_string();

    Snapshot take_snapshot() const;
    void restore(const Snapshot& snapshot);
    /// Runs `body` (a function that returns true for success); if it fails or finds an error, nothing has happened.
    template <class Body>
    bool attempt(Body body) {
        if (failed()) return false;
        const Snapshot snapshot = take_snapshot();
        const auto lists = list_stack_.size();
        const bool good = body() && !failed();
        if (!good) {
            restore(snapshot);
            list_stack_.resize(lists);
        }
        return good;
    }
    /// Like attempt(), but puts everything back in any case.
    template <class Body>
    bool look_ahead(Body body) {
        if (failed()) return false;
        const Snapshot snapshot = take_snapshot();
        const bool good = body() && !failed();
        restore(snapshot);
        return good;
    }

    List<Statement> parse_directives_and_body(Kind end, bool& has_use_strict, bool simple_params);
    void finish_modules(Program& program);

    // ---- parse_expressions.cc ----
    Expression* parse_expression();
    Expression* parse_expression_allowing_in();
    Expression* parse_assignment(CoverErrors* cover = nullptr);
    Expression* parse_assignment_allowing_in(CoverErrors* cover = nullptr);
    Expression* parse_operand(CoverErrors& cover, bool& complete);
    Expression* parse_assignment_tail(Expression* left, std::uint32_t start, CoverErrors& cover);
    Expression* parse_conditional_tail(Expression* test, std::uint32_t start);
    Expression* parse_binary(CoverErrors& cover);
    Expression* parse_unary(CoverErrors& cover);
    Expression* parse_postfix(CoverErrors& cover);
    Expression* parse_left_hand_side(CoverErrors& cover);
    Expression* parse_chain(Expression* base, std::uint32_t start, bool no_calls, bool maybe_async_arrow);
    Expression* parse_primary(CoverErrors& cover);
    Expression* parse_identifier_expression();
    Expression* parse_parenthesized();
    Expression* parse_async_call_or_arrow(Expression* callee, std::uint32_t start);
    /// The items between parentheses that may be arguments, an expression, or parameters of an arrow function.
    struct CoverList {
        bool trailing_comma = false;
        std::uint32_t rest_at = kNowhere;        ///< a rest element that can only be a parameter
        std::uint32_t annotation_at = kNowhere;  ///< TypeScript: something only a parameter can have
    };
    void parse_cover_list(ListBuilder<Node>& items, CoverList& list, CoverErrors& cover, bool arguments);
    Node* parse_annotated_parameter(Node* item, CoverList& list);
    /// A list in parentheses that becomes the parameters of an arrow function, if an arrow follows.
    struct ArrowHead {
        std::uint32_t start;
        bool is_async;
        ListBuilder<Node>& parameters;
        FunctionFacts facts;
        std::size_t first_reference;
        /// Where it has what no parameter list may have; kNowhere: it does not.
        std::uint32_t yield_at;
        std::uint32_t await_at;
        std::uint32_t after_rest;
        /// The parenthesis at its end.
        Token closing = {};
    };
    ArrowHead parse_arrow_head(std::uint32_t start, bool is_async, ListBuilder<Node>& items, CoverList& list,
                               CoverErrors& cover);
    Expression* parse_arrow_of(const ArrowHead& head);
    /// Null if no arrow follows.
    Expression* parse_arrow_behind(const ArrowHead& head);
    List<Expression> parse_arguments();
    Expression* parse_new();
    Expression* parse_super();
    Expression* parse_import_expression();
    Expression* parse_await();
    Expression* parse_yield();
    Expression* parse_array(CoverErrors& cover);
    Expression* parse_object(CoverErrors& cover);
    Node* parse_property(CoverErrors& cover, bool& has_proto);
    Expression* parse_property_key(bool& computed, bool allow_private);
    TemplateLiteral* parse_template(bool tagged);
    Expression* parse_regexp();
    Expression* parse_number();
    StringLiteral* parse_string();
    PrivateName* parse_private_name();
    void use_private_name(std::string_view name, std::uint32_t offset);
    bool report(const CoverErrors& cover);
    static bool is_unparenthesized_arrow(const Node* node) {
        return node->kind == NodeKind::ArrowFunction && !node->parenthesized;
    }

    // ---- parse_patterns.cc ----
    enum class PatternUse : std::uint8_t { assignment, parameter };
    enum class BindingKind : std::uint8_t { parameter, var, var_of_for_of, lexical, catch_simple, catch_pattern };
    Pattern* to_pattern(Node* node, PatternUse use);
    Pattern* to_object_pattern(ObjectExpression* object, PatternUse use);
    Pattern* to_array_pattern(ArrayExpression* array, PatternUse use);
    Pattern* to_rest(SpreadElement* spread, PatternUse use, bool in_object);
    /// Whether a pattern made for an assignment can be a parameter, too.
    void check_binding(Node* pattern);
    void check_simple_target(Node* target, std::uint32_t start, std::string_view message);
    Pattern* parse_binding_target();
    Pattern* parse_binding_element();
    Pattern* parse_array_binding();
    Pattern* parse_object_binding();
    Identifier* parse_binding_identifier();
    /// Checks that the current token may be used as the name of a variable; `binding`: declares or assigns one.
    void check_identifier(const Token& token, bool binding);
    void check_strict_binding_name(const Identifier& identifier);
    void declare_pattern(Node* pattern, BindingKind kind);
    void declare_name(const Identifier& identifier, BindingKind kind);
    void check_strict_pattern(Node* pattern);
    static bool is_strict_reserved(std::string_view name);

    // ---- parse_functions.cc ----
    Statement* parse_function_declaration(bool is_async, std::uint32_t start, bool default_export,
                                          StatementContext context);
    Expression* parse_function_expression(bool is_async, std::uint32_t start);
    Function* parse_method(FunctionFlavour flavour, std::uint32_t text_start, bool is_async, bool is_generator);
    void parse_params_and_body(Function* function, FunctionContext& context, FunctionFlavour flavour);
    void parse_params(Function* function, FunctionFlavour flavour);
    Pattern* parse_parameter(FunctionFlavour flavour);
    void parse_body(Function* function);
    Expression* parse_arrow(std::uint32_t start, List<Node> params, bool is_async, FunctionFacts head_facts,
                            std::size_t first_reference);
    Expression* parse_arrow_with_typed_head(std::uint32_t start, bool is_async);
    void parse_arrow_body(Function* function);
    void enter_function(FunctionContext& context);
    void leave_function(FunctionContext& context, bool arrow);
    Class* parse_class(NodeKind kind, bool name_required);
    Node* parse_class_member(Class* klass);
    Node* parse_method_definition(Class* klass, MethodDefinition* method, std::uint32_t text_start, bool is_async,
                                  bool is_generator, bool is_abstract);
    Node* parse_field(PropertyDefinition* field, bool dropped);
    StaticBlock* parse_static_block(std::uint32_t start);
    void declare_private(const PrivateName& name, bool is_static, MethodKind kind, bool is_field);
    void close_class(ClassContext& klass);

    // ---- parse_statements.cc ----
    /// Null: the statement was erased (TypeScript).
    Statement* parse_statement(StatementContext context);
    Statement* parse_body_statement(StatementContext context);
    BlockStatement* parse_block(bool new_scope = true);
    Statement* parse_variable_statement(DeclarationKind kind);
    VariableDeclaration* parse_variable_declaration(DeclarationKind kind, std::uint32_t start, bool in_for);
    bool at_let_declaration(StatementContext context);
    Statement* parse_if();
    Statement* parse_for();
    Statement* parse_for_declaration(std::uint32_t start, DeclarationKind kind, bool is_await);
    Statement* parse_for_expression(std::uint32_t start, bool is_await);
    Statement* parse_for_in_of(std::uint32_t start, Node* left, bool is_await);
    Statement* parse_for_rest(std::uint32_t start, Node* init);
    Statement* parse_while();
    Statement* parse_do_while();
    Statement* parse_loop_body();
    Statement* parse_jump(bool is_continue);
    Statement* parse_return();
    Statement* parse_throw();
    Statement* parse_try();
    Statement* parse_switch();
    Statement* parse_with();
    Statement* parse_expression_or_label(StatementContext context);
    Statement* parse_labeled(Identifier* label, StatementContext context);

    // ---- parse_modules.cc ----
    Statement* parse_import();
    Statement* parse_export();
    Statement* parse_export_default(std::uint32_t start);
    Statement* parse_export_list(std::uint32_t start, bool type_only);
    Statement* parse_export_all(std::uint32_t start, bool type_only);
    ImportSpecifier* parse_import_specifier(bool type_only);
    ImportSpecifier* make_import_specifier(ImportKind kind, std::uint32_t start, std::string_view imported,
                                           bool type_only);
    bool eat_type_modifier();
    StringLiteral* parse_module_source();
    /// A name that modules exchange: a word or a well-formed string.
    Token parse_module_export_name();
    void add_export(std::string_view name, std::uint32_t offset);
    void add_exports_of_pattern(const Node* pattern);
    void add_exports_of_declaration(const Statement* declaration);

    // ---- parse_typescript.cc: types are skipped, not kept ----
    void skip_type_annotation();
    /// `[key: string]: type`, if that is what stands here.
    bool skip_index_signature();
    void skip_optional_type_annotation();
    void skip_return_type();
    void skip_type();
    void skip_type_or_predicate();
    void skip_union_type();
    void skip_type_operator();
    void skip_postfix_type();
    void skip_primary_type();
    void skip_type_arguments();
    void skip_type_parameters();
    void skip_optional_type_parameters();
    void skip_type_reference();
    void skip_object_type();
    void skip_type_member();
    void skip_tuple_type();
    void skip_function_type_rest();
    void skip_type_params_list();
    void skip_balanced();
    void skip_template_type();
    void skip_import_type();
    void skip_heritage_types();
    bool at_function_type();
    bool at_less() const;
    void expect_greater();
    bool skip_call_type_arguments();
    bool at_typed_arrow();
    Statement* parse_ts_statement(bool& handled);
    Statement* parse_type_alias();
    Statement* parse_interface();
    Statement* parse_declare();
    Statement* parse_enum(std::uint32_t start, bool is_const);
    Statement* parse_namespace();
    Statement* parse_namespace_body(std::uint32_t start);
    Statement* parse_import_equals(std::uint32_t start, Identifier* id, bool type_only, bool is_export);
    Statement* parse_ts_export_declaration(std::uint32_t start, bool& handled);
    bool next_is_word_on_same_line();

    // ---- State ----
    Arena& arena_;
    ErrorSink& errors_;
    std::string_view source_;
    ParseOptions options_;
    bool ts_;
    Lexer lexer_;
    NameTable& names_;
    ScopeTracker scopes_;

    Token token_;
    std::uint32_t previous_end_ = 0;
    std::uint32_t next_id_ = 0;
    int depth_ = 0;

    bool strict_ = false;
    bool await_ = false;  ///< `await` is an operator
    bool yield_ = false;  ///< `yield` is an operator
    bool allow_in_ = true;
    bool in_consequent_ = false;            ///< TypeScript: between ? and :, where `) :` need not begin a return type
    bool ambient_ = false;                  ///< TypeScript: inside `declare`
    bool no_conditional_type_ = false;      ///< TypeScript: behind the `extends` of a conditional type
    std::uint32_t arrow_start_ = kNowhere;  ///< an arrow function may begin at this offset

    // Where the current candidate for arrow parameters uses what parameters must not hold; kNowhere if it does not.
    std::uint32_t yield_at_ = kNowhere;
    std::uint32_t await_at_ = kNowhere;
    std::uint32_t await_name_at_ = kNowhere;
    std::uint32_t duplicate_parameter_at_ = kNowhere;  ///< of the function whose parameters are being declared

    FunctionContext* fn_ = nullptr;
    ClassContext* class_ = nullptr;
    Program* program_ = nullptr;

    std::vector<Node*> list_stack_;
    struct BinaryOperand {
        Expression* left;
        std::uint32_t start;
        Kind op;
        int precedence;
    };
    std::vector<BinaryOperand> binary_stack_;
    std::vector<Label> labels_;
    std::vector<PrivateUse> private_uses_;
    std::unordered_set<std::string_view> exported_names_;
    std::vector<PendingExport> pending_exports_;
    std::vector<ImportSpecifier*> import_specifiers_;
    std::vector<TsImportEquals*> import_equals_;
    // What TypeScript's speculation has found out, so that nesting does not multiply it.
    std::unordered_set<std::uint32_t> not_return_types_;    ///< offset of a `:` that begins no return type
    std::unordered_set<std::uint32_t> not_type_arguments_;  ///< offset of a `<` that begins no type arguments
    std::unordered_map<std::uint32_t, std::uint32_t> closing_parens_;  ///< offset of a `(`: offset behind its `)`

    std::string_view name_eval_;
    std::string_view name_arguments_;
    std::string_view name_let_;
    std::string_view name_default_;
};

}  // namespace k6::js::syntax
