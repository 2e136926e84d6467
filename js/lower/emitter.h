// Writes the ES5 text of an analysed program. Private to this folder.
//
// Text is appended to out_ in the order of the source as far as possible; a construct whose lowered form begins with
// something that is only known at its end inserts it at a remembered position. Values that are needed twice go to
// temporaries, variables of the function that is being written.
//
// Resumable functions (generators, async functions) become a function around a state machine; see resume.cc.
//
// Belongs to one lower() call, one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "js/lower/code.h"
#include "js/lower/lower.h"
#include "js/lower/precedence.h"
#include "js/lower/scope.h"
#include "js/syntax/ast.h"

namespace k6::js::lower {

/// The engine bounds the depth of expressions; chains longer than this are cut into steps.
inline constexpr std::size_t max_chain = 150;

class Emitter {
public:
    Emitter(const syntax::Program& program, Analysis& analysis);
    Result<LoweredModule> run();

private:
    // ---- State ----

    /// An exit through a `finally` block that itself may leave: taken after the block.
    struct PendingExit {
        enum class Kind : std::uint8_t { return_, break_, continue_ };
        Kind kind;
        const syntax::Identifier* label;
    };
    struct FinallyRecord {
        std::string kind;   ///< temporary: 0 fell through, 1 return, 2 throw, 3… exits[n - 3]
        std::string value;  ///< temporary
        std::string label;
        std::vector<PendingExit> exits;
        int state = -1;  ///< in a state machine, instead of a label: where the block begins
        int handler = 0;
    };
    struct Target {
        enum class Kind : std::uint8_t { loop, switch_, block, barrier };
        Kind kind = Kind::loop;
        std::vector<std::string_view> labels;
        std::string name;      ///< of the label in the output, once one is needed
        std::string iterator;  ///< temporary of a for-of loop that has to be closed on the way out
        /// `continue` leaves the inner block of this name, so that loop variables are copied back.
        std::string continue_block;
        bool continue_block_used = false;
        FinallyRecord* record = nullptr;
        bool only_continue = false;  ///< a break of the loop belongs to a target further out
        // Part of a state machine: where to go on, and what handles errors there.
        int break_state = -1;
        int continue_state = -1;
        int handler = 0;
    };

    /// The state machine of a resumable function that is being written.
    struct Machine {
        bool is_async = false;
        bool is_generator = false;
        std::string label;  ///< of its loop
        int states = 0;     ///< numbers given out
        int handler = 0;    ///< state that errors go to at this place; 0: the caller
        bool uses_handlers = false;
        std::vector<bool> suspends;  ///< by node id: part of the machine, not of plain code
        std::size_t kept = 0;        ///< variables in use that outlive a suspension
        std::size_t most_kept = 0;
    };
    /// Gives variables that outlive a suspension back at its end.
    class KeptScope {
    public:
        explicit KeptScope(Emitter& emitter) : machine_(*emitter.frame_->machine), count_(machine_.kept) {}
        ~KeptScope() { machine_.kept = count_; }

    private:
        Machine& machine_;
        std::size_t count_;
    };

    /// A function of the output that is being written.
    struct Frame {
        FunctionInfo* info = nullptr;
        Frame* outer = nullptr;
        std::vector<std::string> declared;
        std::vector<bool> temporaries;  ///< in use
        std::size_t temporary_count = 0;
        std::vector<Target> targets;
        std::vector<std::string_view> labels;  ///< of the statement that comes next
        std::size_t start = 0;                 ///< where the declarations of its variables go
        /// Variables live in the function around, not in this one.
        bool hoists_variables = false;
        Machine* machine = nullptr;
    };

    struct PrivateMember {
        enum class Kind : std::uint8_t { field, method, accessor };
        Kind kind = Kind::field;
        bool is_static = false;
        std::string key;  ///< expression
    };
    struct ClassState {
        const syntax::Class* node = nullptr;
        ClassState* outer = nullptr;
        FunctionInfo* body = nullptr;
        std::string name;        ///< of the constructor function
        std::string shown_name;  ///< what scripts see as its name
        std::string super;       ///< variable of the super class; empty: none
        std::string prototype;   ///< variable
        std::map<std::string_view, PrivateMember, std::less<>> members;
        std::vector<std::string> initialisers;  ///< functions that give an instance its fields
        std::vector<const syntax::PropertyDefinition*> inline_fields;
        std::map<const syntax::Node*, std::string> computed_keys;  ///< variables
        std::set<std::string, std::less<>> accessors;              ///< keys of instance accessors
    };
    struct DerivedConstructor {
        std::uint32_t initialised_at = 0;  ///< source offset behind which `this` is there for sure
        ClassState* state = nullptr;
    };

    class Temporary {
    public:
        explicit Temporary(Emitter& emitter);
        Temporary(Temporary&& other) noexcept
            : emitter_(std::exchange(other.emitter_, nullptr)),
              frame_(other.frame_),
              index_(other.index_),
              name_(std::move(other.name_)) {}
        Temporary& operator=(Temporary&&) = delete;
        ~Temporary() {
            if (emitter_ != nullptr) frame_->temporaries[index_] = false;
        }
        const std::string& name() const { return name_; }

    private:
        Emitter* emitter_;
        Frame* frame_;
        std::size_t index_;
        std::string name_;
    };

    // ---- Output ----

    void put(std::string_view text) { out_ += text; }
    void put(char c) { out_ += c; }
    void mark(std::uint32_t offset) { append_mark(out_, offset); }
    void mark(const syntax::Node& node) { append_mark(out_, node.start); }
    /// What follows is this function of the source, or the constructor of this class.
    void mark_function(const syntax::Function& node, std::string_view name, std::string_view shown);
    void mark_class(const ClassState& state);
    std::size_t here() const { return out_.size(); }
    void insert(std::size_t at, std::string_view text) { out_.insert(at, text); }
    template <class Body>
    std::string capture(Body body) {
        std::string saved;
        saved.swap(out_);
        body();
        saved.swap(out_);
        return saved;
    }
    std::string_view use(std::string_view support_function) {
        support_.insert(support_function);
        return support_function;
    }
    void call_support(std::string_view support_function) {
        put(use(support_function));
        put('(');
    }
    std::string generated(char letter, std::uint64_t number) const {
        return analysis_.sigil() + letter + std::to_string(number);
    }
    std::string next_generated(char letter) { return generated(letter, ++next_generated_); }
    void unsupported(const syntax::Node& node, std::string_view what);
    void declare(const std::string& variable) {
        Frame* frame = frame_;
        while (frame->hoists_variables) frame = frame->outer;
        frame->declared.push_back(variable);
    }
    bool has_line_end(std::uint32_t from, std::uint32_t to) const;

    // ---- Expressions (expression.cc) ----

    void expression(const syntax::Node& node, Precedence least = Precedence::comma);
    /// The value is not used.
    void effect(const syntax::Node& node);
    /// An anonymous function or class is called `name`; `self` is the variable that it becomes the value of.
    void named_expression(const syntax::Node& node, Precedence least, std::string_view name,
                          const Binding* self = nullptr);
    /// The value of a property whose key is computed: an anonymous function or class is named by `key`, a variable.
    void value_named_by_key(const syntax::Node& node, const std::string& key);
    static bool is_anonymous_function(const syntax::Node& node);
    static bool is_literal(const syntax::Node& node);
    /// Can be written twice: evaluating it has no effect.
    bool is_stable(const syntax::Node& node) const;
    /// Stable, and no other code can change its value.
    bool is_constant(const syntax::Node& node) const;
    bool is_primitive(const syntax::Node& node) const;
    void identifier(const syntax::Identifier& node);
    std::string global_name(std::string_view name);
    void number(const syntax::NumericLiteral& node);
    void regexp(const syntax::RegExpLiteral& node);
    void template_literal(const syntax::TemplateLiteral& node);
    void template_object(const syntax::TaggedTemplate& node);
    void array(const syntax::ArrayExpression& node);
    void object(const syntax::ObjectExpression& node);
    void object_in_steps(const syntax::ObjectExpression& node);
    void property_value(const syntax::Property& property, const std::string& home, const std::string& key_variable = {},
                        std::string_view prefix = {});
    bool json_literal(const syntax::Node& node);
    bool json_text(const syntax::Node& node, std::string& json, std::size_t& count);
    void unary(const syntax::UnaryExpression& node, Precedence least);
    void update(const syntax::UpdateExpression& node, Precedence least, bool value_used);
    void binary(const syntax::BinaryExpression& node, Precedence least);
    void logical(const syntax::LogicalExpression& node, Precedence least);
    void nullish(const syntax::LogicalExpression& node);
    void logical_group(const std::vector<const syntax::Node*>& operands, std::size_t first, std::size_t last,
                       std::string_view op, Precedence strength);
    void assignment(const syntax::AssignmentExpression& node, Precedence least, bool value_used);
    /// The operator of a compound assignment.
    static syntax::BinaryOperator operator_of(syntax::AssignmentOperator op);
    bool is_module_namespace(const syntax::Node& node) const;
    void refuse_namespace_member(const syntax::MemberExpression& member);
    void logical_assignment(const syntax::AssignmentExpression& node);
    void conditional(const syntax::ConditionalExpression& node, Precedence least);
    void sequence(const syntax::SequenceExpression& node, Precedence least, bool value_used);
    void sequence_group(syntax::List<syntax::Expression> expressions);
    void new_expression(const syntax::NewExpression& node);
    /// Calls, member accesses and tagged templates.
    void access_chain(const syntax::Node& node);
    void optional_chain(const syntax::Node& chain, bool deleted);
    void arguments(syntax::List<syntax::Expression> arguments);
    static bool has_spread(syntax::List<syntax::Expression> arguments);
    /// mask, then the arguments: for the support functions that spread.
    void spread_arguments(syntax::List<syntax::Expression> arguments);
    void member_access(const syntax::MemberExpression& member);
    void this_value(std::uint32_t position);
    std::string this_code();
    void new_target(const syntax::Node& node);
    void super_call(const syntax::CallExpression& node, bool value_used);
    std::string home_code(const syntax::Node& node);
    const PrivateMember* find_private(const syntax::PrivateName& name) const;
    /// object[key], checked, as the target of an assignment.
    void private_target(const syntax::MemberExpression& member);
    std::string captured(const syntax::Node& node, Precedence least);

    // ---- Bindings and patterns (pattern.cc) ----

    /// "binding = exports = ", to be followed by the value at Precedence::assignment.
    void store_prefix(const Binding& binding);
    void store(const Binding& binding, std::string_view value);
    static bool is_plain_variable(const Binding& binding) { return !binding.is_member && binding.exported_as.empty(); }
    /// Comma-separated assignments.
    class Items {
    public:
        explicit Items(Emitter& emitter, bool first = true) : emitter_(emitter), first_(first) {}
        void next() {
            if (!first_) emitter_.put(',');
            first_ = false;
        }
        bool empty() const { return first_; }

    private:
        Emitter& emitter_;
        bool first_;
    };
    void pattern(const syntax::Node& pattern, const std::string& source, bool declares, Items& items);
    void pattern_element(const syntax::Node& element, const std::string& value, bool declares, Items& items);
    void pattern_leaf(const syntax::Node& target, bool declares, const std::function<void()>& put_value);
    /// Destructures the value of an expression.
    void pattern_of(const syntax::Node& pattern, const syntax::Node& value, bool declares, Items& items,
                    std::string* result = nullptr);
    bool swap_pattern(const syntax::Node& pattern, const syntax::Node& value, bool declares, Items& items);
    /// Makes the variables that a pattern declares known to the function.
    void declare_pattern(const syntax::Node& pattern);

    // ---- Functions and classes (function.cc, class.cc) ----

    enum class FunctionForm : std::uint8_t { expression, declaration, accessor };
    /// `name` is its name in the output, empty for none; `shown` the one that scripts see.
    void function(const syntax::Function& node, FunctionForm form, std::string_view name, std::string_view shown);
    void function_alone(const syntax::Function& node, FunctionInfo& info, FunctionForm form, std::string_view name,
                        std::string_view shown);
    /// Tells the engine what `length` and `name` are, if they are not what the text of the function says.
    std::optional<int> declared_length(const syntax::Function& node) const;
    /// (parameters){body}
    void function_rest(const syntax::Function& node, FunctionInfo& info, const std::string& name,
                       ClassState* constructed = nullptr);
    /// Writes the list; returns a name for each parameter but a rest parameter.
    std::vector<std::string> parameters(const syntax::Function& node, std::deque<Temporary>& temporaries);
    void parameter_values(const syntax::Function& node, const std::vector<std::string>& names);
    std::string prologue(Frame& frame);
    /// Runs `body` with a new frame; declares its variables in front of what it writes.
    template <class Body>
    void in_frame(FunctionInfo& info, Body body);
    std::string function_name(const FunctionInfo& info, std::string_view name, const Binding* self) const;
    void class_expression(const syntax::Class& node, std::string_view name, const Binding* self);
    void class_constructor(ClassState& state);
    void constructor_start(ClassState& state);
    void constructor_end(const FunctionInfo& info);
    /// `this` of a derived constructor, checked unless a call of super() surely comes before.
    std::string initialised_this(const FunctionInfo& info);
    /// Each initialiser as ",expression".
    void field_initialisers(ClassState& state, const std::string& target);
    void class_members(ClassState& state);
    void class_field(ClassState& state, const syntax::PropertyDefinition& field, const std::string& target);
    void find_private_members(ClassState& state);
    void plan_fields(ClassState& state);
    std::optional<std::string> static_key(bool computed, const syntax::Node& key) const;
    void key_expression(bool computed, const syntax::Node& key);
    void parameter_properties(const syntax::Function& node, const std::string& target);

    // ---- Statements (statement.cc) ----

    void statements(syntax::List<syntax::Statement> list);
    /// The statements of a block, with the environments that its scope needs.
    void block(syntax::List<syntax::Statement> list, const syntax::Node& node);
    void statement(const syntax::Node& node);
    /// An expression as a statement.
    void effect_statement(const syntax::Node& node);
    /// As the body of a loop or branch: in braces.
    void body(const syntax::Node& node);
    void variable_declaration(const syntax::VariableDeclaration& node);
    void declarator(const syntax::VariableDeclarator& declarator, const syntax::VariableDeclaration& declaration,
                    bool& in_list);
    bool can_declare_in_place(const Binding& binding) const;
    void function_declaration(const syntax::Function& node);
    void class_declaration(const syntax::Class& node);
    void if_statement(const syntax::IfStatement& node);
    void for_statement(const syntax::ForStatement& node);
    void for_statement_in_environments(const syntax::ForStatement& node, const std::vector<Binding*>& own);
    void for_init(const syntax::Node& init);
    void for_in_statement(const syntax::ForInStatement& node);
    void for_of_statement(const syntax::ForOfStatement& node);
    /// The start of a round of for-in and for-of: the loop variable gets `value`. Returns the environments opened.
    std::size_t loop_variable(const syntax::Node& loop, const syntax::Node& left, const std::string& value);
    void switch_statement(const syntax::SwitchStatement& node);
    void try_statement(const syntax::TryStatement& node);
    void try_with_leaving_finally(const syntax::TryStatement& node);
    void catch_clause(const syntax::CatchClause& node);
    /// `from`: where the keyword stands.
    void return_statement(std::uint32_t from, const syntax::Node* argument);
    void return_value(const std::string& value, bool parentheses);
    void throw_statement(const syntax::ThrowStatement& node);
    void leave(PendingExit::Kind kind, const syntax::Identifier* label);
    void labeled_statement(const syntax::LabeledStatement& node);
    void hoisted_block(syntax::List<syntax::Statement> list);
    template <class Body>
    Target with_target(Target target, const Body& body) {
        const std::size_t index = frame_->targets.size();
        frame_->targets.push_back(std::move(target));
        body();
        Target done = std::move(frame_->targets[index]);
        frame_->targets.resize(index);
        return done;
    }
    Target loop_target();
    const std::string& label_of(Target& target);
    /// What a for-of loop walks, as far as its expression tells.
    enum class Iterable : std::uint8_t {
        array,
        probably_array,  ///< closed when left by break or return, not by an error
        unknown,
    };
    Iterable iterable_kind(const syntax::Node& node) const;
    void hoisted_functions(const syntax::SwitchStatement& node);
    /// Gives the variables of a scope that may be read too early the value that tells so.
    void mark_uninitialised(const std::vector<Binding*>& bindings, bool of_function);
    std::vector<Binding*> own_environments(const Scope* scope) const;
    void open_environment(const Binding& binding, std::string_view value);
    void close_environments(std::size_t count) { out_.append(count, '}'); }
    void try_block(const syntax::TryStatement& node);

    // ---- Modules and TypeScript (module.cc) ----

    void module_statement(const syntax::Node& node);
    void module_start();
    void run_requests();
    void collect_interface(LoweredModule& module);
    void name_members();
    void enum_declaration(const syntax::TsEnumDeclaration& node);
    void namespace_declaration(const syntax::TsNamespaceDeclaration& node);
    static std::optional<double> enum_constant(const syntax::Node& node,
                                               const std::map<std::string_view, double>& known);

    // ---- Resumable functions (resume.cc) ----

    /// The rest of a resumable function, see resume.cc; `write` writes the statements.
    void machine(FunctionInfo& info, const std::string& name, const syntax::Node& root,
                 const std::function<void()>& write);
    void resumable_body(const syntax::Function& node, FunctionInfo& info, const std::string& name);
    void mark_suspending(const syntax::Node& root, Machine& machine) const;
    bool suspends(const syntax::Node& node) const {
        return frame_->machine != nullptr && node.id < frame_->machine->suspends.size() &&
               frame_->machine->suspends[node.id];
    }
    void give_environments(FunctionInfo& info);
    std::string environment_of(const Scope* scope) const;
    void open_environment_object(const Scope* scope);
    /// Functions and classes that are made inside of a resumable function get its environment objects as arguments.
    std::vector<std::string> environments_seen_by(const FunctionInfo& info) const;

    int new_state() { return frame_->machine->states++; }
    void place(int state) { put("case " + std::to_string(state) + ':'); }
    void go(int state, int handler);
    void go(int state) { go(state, frame_->machine->handler); }
    void set_handler(int state);
    /// Ends the current state; the next one begins with the value in $v.
    void await_value(const std::string& value);
    void yield_value(const std::string& value);
    std::string keep_variable();
    const syntax::Node* variable_node(const std::string& code, const syntax::Node& origin, bool constant);
    const syntax::Node* keep(const syntax::Node& node);

    /// Writes what has to run up to the last suspension of an expression; returns an expression for the rest.
    const syntax::Node* explode(const syntax::Node& node);
    /// The same for expressions that are evaluated one after the other; null entries stay.
    void explode_list(std::vector<const syntax::Node*>& nodes);
    const syntax::Node* explode_chain(const syntax::ChainExpression& node);
    const syntax::Node* explode_assignment(const syntax::AssignmentExpression& node);
    const syntax::Node* explode_object(const syntax::ObjectExpression& node);
    const syntax::Node* explode_call(const syntax::CallExpression& node);
    const syntax::Node* delegate(const syntax::YieldExpression& node);
    const syntax::Node* delegate_async(const syntax::YieldExpression& node);
    const syntax::Node* explode_class(const syntax::Class& node);
    syntax::List<syntax::Node> list_of(const std::vector<const syntax::Node*>& nodes);
    template <class T>
    T* copy_of(const T& node) {
        return arena_.make<T>(node);
    }

    void machine_statements(syntax::List<syntax::Statement> list, const syntax::Node* scope_node);
    void machine_statement(const syntax::Node& node);
    void machine_body(const syntax::Node& node);
    void machine_if(const syntax::IfStatement& node);
    void machine_for(const syntax::ForStatement& node);
    void machine_for_in(const syntax::ForInStatement& node);
    void machine_for_of(const syntax::ForOfStatement& node);
    void machine_for_await(const syntax::ForOfStatement& node);
    void machine_loop_variable(const syntax::Node& loop, const syntax::Node& left, const std::string& value);
    static bool takes_steps(const syntax::ArrayPattern& pattern);
    /// Destructuring in which something suspends; `source` and `value` can be read at any time.
    void machine_array_elements(const syntax::ArrayPattern& array, const std::string& values, bool declares);
    void machine_pattern(const syntax::Node& pattern, const std::string& source, bool declares);
    void machine_element(const syntax::Node& element, const std::string& value, bool declares);
    void machine_while(const syntax::WhileStatement& node);
    void machine_do(const syntax::DoWhileStatement& node);
    void machine_switch(const syntax::SwitchStatement& node);
    void machine_try(const syntax::TryStatement& node);
    void machine_declaration(const syntax::VariableDeclaration& node);
    Target machine_loop_target(int break_state, int continue_state);

    const syntax::Program& program_;
    Analysis& analysis_;
    std::string out_;
    std::optional<Error> error_;
    std::set<std::string_view> support_;
    std::vector<LoweredFunction> functions_;
    Frame* frame_ = nullptr;
    FunctionInfo* info_ = nullptr;
    ClassState* class_ = nullptr;
    std::uint64_t next_generated_ = 0;
    std::uint64_t class_count_ = 0;
    std::string class_tag_;
    std::vector<std::string> template_variables_;
    std::unordered_map<const FunctionInfo*, DerivedConstructor> derived_;
    std::unordered_map<const FunctionInfo*, std::string> homes_;
    /// `this` of static initialisers and the like.
    std::unordered_map<const FunctionInfo*, std::string> this_codes_;
    std::string namespace_object_;
    std::string requests_object_;
    syntax::Arena arena_;                               ///< of nodes made by explode()
    Scope machine_scope_;                               ///< of variables that machines keep
    std::map<const Scope*, std::string> environments_;  ///< of resumable functions: variable of the object
};

template <class Body>
void Emitter::in_frame(FunctionInfo& info, Body body) {
    Frame frame;
    frame.info = &info;
    frame.outer = frame_;
    frame_ = &frame;
    FunctionInfo* const outer_info = std::exchange(info_, &info);
    frame.start = here();
    body();
    insert(frame.start, prologue(frame));
    info_ = outer_info;
    frame_ = frame.outer;
}

}  // namespace k6::js::lower
