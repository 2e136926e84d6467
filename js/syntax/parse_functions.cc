#include <algorithm>

#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {
namespace {

void pass_on(FunctionFacts& outer, const FunctionFacts& inner, bool arrow) {
    outer.contains_direct_eval |= inner.contains_direct_eval;
    if (!arrow) return;
    outer.uses_this |= inner.uses_this;
    outer.uses_arguments |= inner.uses_arguments;
    outer.uses_super_call |= inner.uses_super_call;
    outer.uses_super_property |= inner.uses_super_property;
    outer.uses_new_target |= inner.uses_new_target;
}

bool is_simple(const List<Pattern>& params) {
    return std::all_of(params.begin(), params.end(), [](const Node* param) { return param->is<Identifier>(); });
}

// The name of a key that is not computed, or "" if it is a number.
std::string_view key_name(const Node* key) {
    if (const auto* identifier = key->try_as<Identifier>()) return identifier->name;
    if (const auto* string = key->try_as<StringLiteral>()) return string->value;
    return {};
}

}  // namespace

// ---- Functions ----

void Parser::enter_function(FunctionContext& context) {
    context.outer = fn_;
    context.first_label = labels_.size();
    if (context.is_arrow) {
        context.allow_new_target = fn_->allow_new_target;
        context.allow_super_property = fn_->allow_super_property;
        context.allow_super_call = fn_->allow_super_call;
        context.forbid_arguments = fn_->forbid_arguments;
        context.forbid_await_name = fn_->forbid_await_name;
    }
    fn_ = &context;
}

void Parser::leave_function(FunctionContext& context, bool arrow) {
    fn_ = context.outer;
    labels_.resize(std::min(labels_.size(), context.first_label));
    pass_on(fn_->facts, context.facts, arrow);
    fn_->facts.contains_closure = true;
}

// At `function`. Null for a TypeScript overload or an ambient function.
Statement* Parser::parse_function_declaration(bool is_async, std::uint32_t start, bool default_export,
                                              StatementContext context) {
    auto* function = start_node_of<Function>(NodeKind::FunctionDeclaration, start);
    advance();
    if (at(Kind::star)) {
        if (context != StatementContext::list_item) fail(token_.start, "Generators can only be declared in a block");
        advance();
        function->is_generator = true;
    }
    function->is_async = is_async;
    if (!default_export || !(at(Kind::left_paren) || (ts_ && at(Kind::less)))) {
        function->function_id = parse_binding_identifier();
    }

    FunctionContext inner;
    inner.is_async = is_async;
    inner.is_generator = function->is_generator;
    parse_params_and_body(function, inner, FunctionFlavour::plain);
    if (function->body == nullptr) return nullptr;
    if (Identifier* id = function->function_id; id != nullptr && !failed()) {
        const bool repeatable = !strict_ && !is_async && !function->is_generator;
        if (!scopes_.declare_function(id->name, repeatable)) redeclared(id->start, id->name);
        if (ts_) scopes_.allow_namespace(id->name);
    }
    return finish(function);
}

Expression* Parser::parse_function_expression(bool is_async, std::uint32_t start) {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return placeholder();
    auto* function = start_node_of<Function>(NodeKind::FunctionExpression, start);
    advance();
    function->is_async = is_async;
    function->is_generator = eat(Kind::star);
    if (!at(Kind::left_paren) && !(ts_ && at(Kind::less))) {
        // The name belongs to the inside: whether it may be await or yield depends on the function itself.
        const Restore<bool> await(await_, is_async);
        const Restore<bool> yield(yield_, function->is_generator);
        const Restore<bool> forbid(fn_->forbid_await_name, false);
        function->function_id = parse_binding_identifier();
    }
    FunctionContext inner;
    inner.is_async = is_async;
    inner.is_generator = function->is_generator;
    parse_params_and_body(function, inner, FunctionFlavour::plain);
    if (function->body == nullptr) unexpected();
    return finish(function);
}

Function* Parser::parse_method(FunctionFlavour flavour, std::uint32_t text_start, bool is_async, bool is_generator) {
    const Nesting nesting(*this);
    auto* function = start_node_of<Function>(NodeKind::FunctionExpression, token_.start);
    function->is_async = is_async;
    function->is_generator = is_generator;
    function->is_method = true;
    function->text_start = text_start;
    if (nesting.too_deep()) return function;
    FunctionContext inner;
    inner.is_async = is_async;
    inner.is_generator = is_generator;
    inner.allow_super_property = true;
    inner.allow_super_call = flavour == FunctionFlavour::derived_constructor;
    parse_params_and_body(function, inner, flavour);
    return finish(function);
}

// From the parameter list to the end of the body; the body stays null if TypeScript lets it be absent.
void Parser::parse_params_and_body(Function* function, FunctionContext& context, FunctionFlavour flavour) {
    context.allow_return = true;
    context.allow_new_target = true;
    if (function->is_async && function->is_generator) program_->has_async_generator = true;
    enter_function(context);
    const Restore<bool> strict(strict_);
    const Restore<bool> await(await_, function->is_async);
    const Restore<bool> yield(yield_, function->is_generator);
    const Restore<bool> in(allow_in_, true);
    const Restore<bool> consequent(in_consequent_, false);
    const Restore<std::uint32_t> yield_at(yield_at_, kNowhere);
    const Restore<std::uint32_t> await_at(await_at_, kNowhere);
    const Restore<std::uint32_t> await_name_at(await_name_at_, kNowhere);
    const Restore<std::uint32_t> duplicate(duplicate_parameter_at_, kNowhere);
    {
        const ScopeGuard scope(*this, ScopeKind::function);
        if (function->function_id != nullptr && function->kind == NodeKind::FunctionExpression) {
            scopes_.declare_self(function->function_id->name);
        }
        if (ts_) skip_optional_type_parameters();
        parse_params(function, flavour);
        if (yield_at_ != kNowhere) fail(yield_at_, "Yield expression not allowed in formal parameter");
        if (await_at_ != kNowhere) {
            fail(await_at_, "Illegal await-expression in formal parameters of async function");
        }
        if (ts_ && at(Kind::colon)) skip_return_type();
        if (ts_ && !at(Kind::left_brace)) {
            consume_semicolon();
        } else {
            parse_body(function);
        }
    }
    function->facts = context.facts;
    leave_function(context, false);
}

void Parser::parse_params(Function* function, FunctionFlavour flavour) {
    expect(Kind::left_paren);
    const std::uint32_t start = previous_end_ - 1;
    ListBuilder<Pattern> params(*this);
    bool has_rest = false;
    while (!at(Kind::right_paren) && !at_end()) {
        if (ts_ && at(Kind::kw_this)) {
            advance();
            skip_optional_type_annotation();
            if (!eat(Kind::comma)) break;
            continue;
        }
        if (at(Kind::ellipsis)) {
            has_rest = true;
            auto* rest = start_node<RestElement>(token_.start);
            advance();
            rest->argument = parse_binding_target();
            params.add(finish(rest));
            if (ts_) skip_optional_type_annotation();
            if (at(Kind::assign)) fail(token_.start, "Rest parameter may not have a default initializer");
            if (at(Kind::comma)) fail(token_.start, "Rest parameter must be last formal parameter");
            break;
        }
        params.add(parse_parameter(flavour));
        if (!eat(Kind::comma)) break;
    }
    expect(Kind::right_paren);
    function->params = params.finish();
    function->has_simple_params = is_simple(function->params);
    if (flavour == FunctionFlavour::getter && !function->params.empty()) {
        fail(start, "Getter must not have any formal parameters");
    }
    if (flavour == FunctionFlavour::setter && (function->params.size() != 1 || has_rest)) {
        fail(start, has_rest ? "Setter function argument must not be a rest parameter"
                             : "Setter must have exactly one formal parameter");
    }
    for (Node* param : function->params) {
        if (auto* property = param->try_as<TsParameterProperty>()) param = property->parameter;
        declare_pattern(param, BindingKind::parameter);
    }
}

Pattern* Parser::parse_parameter(FunctionFlavour flavour) {
    const std::uint32_t start = token_.start;
    bool is_property = false;
    const bool is_constructor =
        flavour == FunctionFlavour::constructor || flavour == FunctionFlavour::derived_constructor;
    while (ts_ && is_constructor &&
           (at_word(Kind::kw_public) || at_word(Kind::kw_private) || at_word(Kind::kw_protected) ||
            at_word(Kind::kw_readonly) || at_word(Kind::kw_override))) {
        const Kind next = peek().kind;
        if (!is_identifier_like(next) && next != Kind::left_brace && next != Kind::left_bracket) break;
        is_property = true;
        advance();
    }
    Pattern* target = parse_binding_target();
    if (ts_) {
        eat(Kind::question);
        skip_optional_type_annotation();
    }
    if (at(Kind::assign)) {
        auto* with_default = start_node<AssignmentPattern>(target->start);
        with_default->target = target;
        advance();
        with_default->default_value = parse_assignment_allowing_in();
        target = finish(with_default);
    }
    if (!is_property) return target;
    auto* property = start_node<TsParameterProperty>(start);
    property->parameter = target;
    const Node* named = target->is<AssignmentPattern>() ? target->as<AssignmentPattern>()->target : target;
    if (!named->is<Identifier>()) fail(start, "A parameter property may not be declared using a binding pattern");
    return finish(property);
}

// At the opening brace, or an error. Checks names that depend on the body's "use strict".
void Parser::parse_body(Function* function) {
    const Nesting nesting(*this);
    auto* block = start_node<BlockStatement>(token_.start);
    function->body = block;
    if (nesting.too_deep()) return;
    const bool was_strict = strict_;
    expect(Kind::left_brace);
    bool has_use_strict = false;
    block->body = parse_directives_and_body(Kind::right_brace, has_use_strict, function->has_simple_params);
    function->strict = strict_;
    const bool became_strict = strict_ && !was_strict;
    if (became_strict) {
        if (function->function_id != nullptr) check_strict_binding_name(*function->function_id);
        for (Node* param : function->params) check_strict_pattern(param);
    }
    const bool unique_required = strict_ || !function->has_simple_params || function->is_method || function->is_arrow;
    if (unique_required && duplicate_parameter_at_ != kNowhere) {
        fail(duplicate_parameter_at_, "Duplicate parameter name not allowed in this context");
    }
    expect(Kind::right_brace);
    finish(block);
}

// At =>, with the parameters read as expressions or patterns.
Expression* Parser::parse_arrow(std::uint32_t start, List<Node> params, bool is_async, FunctionFacts head_facts,
                                std::size_t first_reference) {
    auto* function = start_node_of<Function>(NodeKind::ArrowFunction, start);
    function->is_arrow = true;
    function->is_async = is_async;
    FunctionContext context;
    context.is_arrow = true;
    context.is_async = is_async;
    context.allow_return = true;
    context.facts = head_facts;
    enter_function(context);
    const Restore<bool> strict(strict_);
    const Restore<bool> await(await_, is_async);
    const Restore<std::uint32_t> yield_at(yield_at_, kNowhere);
    const Restore<std::uint32_t> await_at(await_at_, kNowhere);
    const Restore<std::uint32_t> await_name_at(await_name_at_, kNowhere);
    const Restore<std::uint32_t> duplicate(duplicate_parameter_at_, kNowhere);
    {
        const ScopeGuard scope(*this, ScopeKind::function, first_reference);
        {
            ListBuilder<Pattern> patterns(*this);
            for (Node* param : params) {
                if (failed()) break;
                if (auto* spread = param->try_as<SpreadElement>()) {
                    patterns.add(to_rest(spread, PatternUse::parameter, false));
                } else {
                    patterns.add(to_pattern(param, PatternUse::parameter));
                }
            }
            function->params = patterns.finish();
        }
        function->has_simple_params = is_simple(function->params);
        for (Node* param : function->params) declare_pattern(param, BindingKind::parameter);
        parse_arrow_body(function);
    }
    function->facts = context.facts;
    leave_function(context, true);
    return finish(function);
}

// TypeScript, at the < of <T>(a: T): T => ...
Expression* Parser::parse_arrow_with_typed_head(std::uint32_t start, bool is_async) {
    auto* function = start_node_of<Function>(NodeKind::ArrowFunction, start);
    function->is_arrow = true;
    function->is_async = is_async;
    FunctionContext context;
    context.is_arrow = true;
    context.is_async = is_async;
    context.allow_return = true;
    enter_function(context);
    const Restore<bool> strict(strict_);
    const Restore<bool> await(await_, is_async);
    const Restore<std::uint32_t> yield_at(yield_at_, kNowhere);
    const Restore<std::uint32_t> await_at(await_at_, kNowhere);
    const Restore<std::uint32_t> await_name_at(await_name_at_, kNowhere);
    const Restore<std::uint32_t> duplicate(duplicate_parameter_at_, kNowhere);
    {
        const ScopeGuard scope(*this, ScopeKind::function);
        skip_type_parameters();
        parse_params(function, FunctionFlavour::plain);
        if (yield_at_ != kNowhere) fail(yield_at_, "Yield expression not allowed in formal parameter");
        if (await_at_ != kNowhere) {
            fail(await_at_, "Illegal await-expression in formal parameters of async function");
        }
        if (at(Kind::colon)) skip_return_type();
        parse_arrow_body(function);
    }
    function->facts = context.facts;
    leave_function(context, true);
    return finish(function);
}

void Parser::parse_arrow_body(Function* function) {
    if (at(Kind::arrow) && token_.newline_before) unexpected();
    expect(Kind::arrow);
    if (at(Kind::left_brace)) {
        const Restore<bool> yield(yield_, false);
        const Restore<bool> in(allow_in_, true);
        const Restore<bool> consequent(in_consequent_, false);
        parse_body(function);
        return;
    }
    function->has_expression_body = true;
    function->strict = strict_;
    if (duplicate_parameter_at_ != kNowhere) {
        fail(duplicate_parameter_at_, "Duplicate parameter name not allowed in this context");
    }
    const Restore<bool> yield(yield_, false);
    function->body = parse_assignment();
}

// ---- Classes ----

Class* Parser::parse_class(NodeKind kind, bool name_required) {
    const Nesting nesting(*this);
    auto* klass = start_node_of<Class>(kind, token_.start);
    if (nesting.too_deep()) return klass;
    const Restore<bool> strict(strict_, true);
    const Restore<bool> in(allow_in_, true);
    const Restore<bool> consequent(in_consequent_, false);
    advance();
    const bool at_implements = ts_ && at_word(Kind::kw_implements);
    if (name_required || (is_identifier_like(token_.kind) && !at_implements)) {
        klass->class_id = parse_binding_identifier();
    }
    fn_->facts.contains_closure = true;
    {
        const ScopeGuard scope(*this, ScopeKind::block);
        if (klass->class_id != nullptr) scopes_.declare_self(klass->class_id->name);
        if (ts_) skip_optional_type_parameters();
        ClassContext context;
        if (eat(Kind::kw_extends)) {
            CoverErrors cover;
            klass->super_class = parse_left_hand_side(cover);
            report(cover);
            if (is_unparenthesized_arrow(klass->super_class)) fail(klass->super_class->start, "Unexpected token =>");
            if (ts_ && at_less()) skip_type_arguments();
        }
        if (ts_ && eat_word(Kind::kw_implements)) skip_heritage_types();
        context.outer = class_;
        context.first_use = private_uses_.size();
        class_ = &context;
        expect(Kind::left_brace);
        ListBuilder<Node> members(*this);
        while (!at(Kind::right_brace) && !at_end()) {
            if (eat(Kind::semicolon)) continue;
            if (Node* member = parse_class_member(klass)) members.add(member);
        }
        close_class(context);
        expect(Kind::right_brace);
        klass->members = members.finish();
    }
    return finish(klass);
}

void Parser::close_class(ClassContext& klass) {
    class_ = klass.outer;
    if (failed()) return;
    std::size_t kept = klass.first_use;
    for (std::size_t i = klass.first_use; i < private_uses_.size(); ++i) {
        const PrivateUse use = private_uses_[i];
        const bool declared =
            std::any_of(klass.members.begin(), klass.members.end(),
                        [&use](const PrivateMember& member) { return member.name.data() == use.name.data(); });
        if (declared) continue;
        if (class_ == nullptr) {
            fail(use.offset, "Private field '#" + std::string(use.name) + "' must be declared in an enclosing class");
            return;
        }
        private_uses_[kept++] = use;
    }
    private_uses_.resize(kept);
}

void Parser::declare_private(const PrivateName& name, bool is_static, MethodKind kind, bool is_field) {
    if (name.name == "constructor") {
        fail(name.start, "Classes may not have a private field named '#constructor'");
        return;
    }
    const bool getter = !is_field && kind == MethodKind::get;
    const bool setter = !is_field && kind == MethodKind::set;
    for (PrivateMember& member : class_->members) {
        if (member.name.data() != name.name.data()) continue;
        const bool completes_pair =
            member.is_static == is_static && ((getter && member.has_setter && !member.has_getter) ||
                                              (setter && member.has_getter && !member.has_setter));
        if (!completes_pair) return redeclared(name.start, "#" + std::string(name.name));
        member.has_getter = member.has_setter = true;
        return;
    }
    class_->members.push_back({name.name, is_static, getter, setter});
}

// Null: erased (TypeScript's overloads, abstract members, index signatures, declared fields).
Node* Parser::parse_class_member(Class* klass) {
    const std::uint32_t start = token_.start;
    bool is_static = false;
    bool is_abstract = false;
    bool is_declared = false;
    bool is_accessor_like = false;
    // A modifier is the name of the member if one of these follows.
    const auto is_name = [this](const Token& next) {
        switch (next.kind) {
            case Kind::left_paren:
            case Kind::assign:
            case Kind::semicolon:
            case Kind::right_brace:
            case Kind::end_of_file:
                return true;
            case Kind::colon:
            case Kind::question:
            case Kind::logical_not:
            case Kind::less:
                return ts_;
            default:
                return false;
        }
    };
    if (at_word(Kind::kw_static)) {
        const Token next = peek();
        if (next.kind == Kind::left_brace) {
            advance();
            return parse_static_block(start);
        }
    }
    for (;;) {
        const Kind word = token_.kind;
        const bool ts_modifier =
            ts_ && (word == Kind::kw_public || word == Kind::kw_private || word == Kind::kw_protected ||
                    word == Kind::kw_readonly || word == Kind::kw_abstract || word == Kind::kw_override ||
                    word == Kind::kw_declare);
        if (token_.escaped || (word != Kind::kw_static && !ts_modifier)) break;
        if (word == Kind::kw_static && is_static) break;
        const Token next = peek();
        if (is_name(next) || (ts_modifier && next.newline_before)) break;
        is_static = is_static || word == Kind::kw_static;
        is_abstract = is_abstract || word == Kind::kw_abstract;
        is_declared = is_declared || word == Kind::kw_declare;
        advance();
    }
    if (ts_ && skip_index_signature()) {
        consume_semicolon();
        return nullptr;
    }

    const std::uint32_t text_start = token_.start;
    bool is_async = false;
    bool is_generator = false;
    MethodKind kind = MethodKind::method;
    if (eat(Kind::star)) {
        is_generator = true;
    } else if (at_word(Kind::kw_async)) {
        const Token next = peek();
        if (!next.newline_before && !is_name(next)) {
            advance();
            is_async = true;
            is_generator = eat(Kind::star);
        }
    } else if (at_word(Kind::kw_get) || at_word(Kind::kw_set)) {
        const Token next = peek();
        // `get *m(){}` and `get` alone on its line are fields named get.
        const bool is_field = is_name(next) || (next.kind == Kind::star && next.newline_before);
        if (!is_field) {
            kind = at(Kind::kw_get) ? MethodKind::get : MethodKind::set;
            is_accessor_like = true;
            advance();
        }
    }

    bool computed = false;
    Expression* key = parse_property_key(computed, true);
    if (ts_) {
        if (!eat(Kind::question) && at(Kind::logical_not) && !token_.newline_before) advance();
    }
    if (failed()) return nullptr;
    const bool is_method =
        at(Kind::left_paren) || (ts_ && at(Kind::less)) || is_async || is_generator || is_accessor_like;
    if (is_method) {
        auto* method = start_node<MethodDefinition>(start);
        method->key = key;
        method->computed = computed;
        method->is_static = is_static;
        method->method_kind = kind;
        return parse_method_definition(klass, method, text_start, is_async, is_generator, is_abstract);
    }
    auto* field = start_node<PropertyDefinition>(start);
    field->key = key;
    field->computed = computed;
    field->is_static = is_static;
    return parse_field(field, is_abstract || is_declared || ambient_);
}

Node* Parser::parse_method_definition(Class* klass, MethodDefinition* method, std::uint32_t text_start, bool is_async,
                                      bool is_generator, bool is_abstract) {
    const std::string_view name = method->computed ? std::string_view() : key_name(method->key);
    const bool is_constructor = !method->is_static && name == "constructor";
    FunctionFlavour flavour = FunctionFlavour::method;
    if (is_constructor) {
        if (is_async || is_generator || method->method_kind != MethodKind::method) {
            fail(method->key->start, method->method_kind != MethodKind::method
                                         ? "Class constructor may not be an accessor"
                                     : is_generator ? "Class constructor may not be a generator"
                                                    : "Class constructor may not be an async method");
        }
        method->method_kind = MethodKind::constructor;
        flavour = klass->super_class != nullptr ? FunctionFlavour::derived_constructor : FunctionFlavour::constructor;
    } else if (method->is_static && name == "prototype") {
        fail(method->key->start, "Classes may not have a static property named 'prototype'");
    } else if (method->method_kind == MethodKind::get) {
        flavour = FunctionFlavour::getter;
    } else if (method->method_kind == MethodKind::set) {
        flavour = FunctionFlavour::setter;
    }
    method->value = parse_method(flavour, text_start, is_async, is_generator);
    if (failed()) return nullptr;
    if (method->value->body == nullptr || is_abstract) return nullptr;
    if (const auto* private_name = method->key->try_as<PrivateName>(); private_name != nullptr && !method->computed) {
        declare_private(*private_name, method->is_static, method->method_kind, false);
    }
    if (is_constructor) {
        if (klass->constructor != nullptr) fail(method->key->start, "A class may only have one constructor");
        klass->constructor = method;
    }
    return finish(method);
}

// `dropped`: TypeScript's abstract and declared fields leave nothing behind.
Node* Parser::parse_field(PropertyDefinition* field, bool dropped) {
    const std::string_view name = field->computed ? std::string_view() : key_name(field->key);
    if (name == "constructor" || (field->is_static && name == "prototype")) {
        fail(field->key->start, "Classes may not have a field named '" + std::string(name) + "'");
    }
    if (const auto* private_name = field->key->try_as<PrivateName>(); private_name != nullptr && !field->computed) {
        declare_private(*private_name, field->is_static, MethodKind::method, true);
    }
    if (ts_) skip_optional_type_annotation();
    if (at(Kind::assign)) {
        advance();
        FunctionContext context;
        context.allow_new_target = true;
        context.allow_super_property = true;
        context.forbid_arguments = true;
        enter_function(context);
        {
            const Restore<bool> await(await_, false);
            const Restore<bool> yield(yield_, false);
            const ScopeGuard scope(*this, ScopeKind::function);
            field->value = parse_assignment_allowing_in();
        }
        field->facts = context.facts;
        leave_function(context, false);
    }
    finish(field);
    consume_semicolon();
    return dropped ? nullptr : field;
}

StaticBlock* Parser::parse_static_block(std::uint32_t start) {
    auto* block = start_node<StaticBlock>(start);
    FunctionContext context;
    context.allow_new_target = true;
    context.allow_super_property = true;
    context.forbid_arguments = true;
    context.forbid_await_name = true;
    enter_function(context);
    {
        const Restore<bool> await(await_, false);
        const Restore<bool> yield(yield_, false);
        const ScopeGuard scope(*this, ScopeKind::function);
        expect(Kind::left_brace);
        ListBuilder<Statement> body(*this);
        while (!at(Kind::right_brace) && !at_end()) {
            if (Statement* statement = parse_statement(StatementContext::list_item)) body.add(statement);
        }
        expect(Kind::right_brace);
        block->body = body.finish();
    }
    block->facts = context.facts;
    leave_function(context, false);
    return finish(block);
}

}  // namespace k6::js::syntax
