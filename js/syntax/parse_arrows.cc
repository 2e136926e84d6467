// Lists in parentheses: expressions, arguments of a call, or the parameters of an arrow function, which is known only
// behind them.
#include "js/syntax/parser_impl.h"

namespace k6::js::syntax {
namespace {

using Kind = TokenKind;

void keep_first(std::uint32_t& kept, std::uint32_t earlier) {
    if (earlier != kNowhere) kept = earlier;
}

void merge(FunctionFacts& into, const FunctionFacts& facts) {
    into.uses_this |= facts.uses_this;
    into.uses_arguments |= facts.uses_arguments;
    into.uses_super_call |= facts.uses_super_call;
    into.uses_super_property |= facts.uses_super_property;
    into.uses_new_target |= facts.uses_new_target;
    into.contains_direct_eval |= facts.contains_direct_eval;
    into.contains_await |= facts.contains_await;
    into.contains_yield |= facts.contains_yield;
    into.contains_closure |= facts.contains_closure;
}

}  // namespace

void Parser::parse_cover_list(ListBuilder<Node>& items, CoverList& list, CoverErrors& cover, bool arguments) {
    const Restore<bool> in(allow_in_, true);
    const Restore<bool> consequent(in_consequent_, false);
    while (!at(Kind::right_paren) && !at_end()) {
        if (at(Kind::ellipsis) && arguments) {
            auto* spread = start_node<SpreadElement>(token_.start);
            advance();
            spread->argument = parse_assignment(&cover);
            items.add(finish(spread));
            if (ts_) parse_annotated_parameter(spread, list);
            if (at(Kind::comma) && cover.after_rest == kNowhere) cover.after_rest = token_.start;
        } else if (at(Kind::ellipsis)) {
            list.rest_at = token_.start;
            auto* rest = start_node<RestElement>(token_.start);
            advance();
            rest->argument = parse_binding_target();
            items.add(finish(rest));
            if (ts_) skip_optional_type_annotation();
            if (at(Kind::assign)) fail(token_.start, "Rest parameter may not have a default initializer");
            if (at(Kind::comma)) fail(token_.start, "Rest parameter must be last formal parameter");
            return;
        } else {
            Node* item = parse_assignment(&cover);
            items.add(ts_ ? parse_annotated_parameter(item, list) : item);
        }
        if (!eat(Kind::comma)) return;
        list.trailing_comma = at(Kind::right_paren);
    }
}

// TypeScript: what may stand behind a parameter: `?`, a type, and then a default value.
Node* Parser::parse_annotated_parameter(Node* item, CoverList& list) {
    const std::uint32_t at_offset = token_.start;
    bool annotated = eat(Kind::question);
    if (at(Kind::colon)) {
        skip_type_annotation();
        annotated = true;
    }
    if (!annotated) return item;
    if (list.annotation_at == kNowhere) list.annotation_at = at_offset;
    if (!at(Kind::assign)) return item;
    auto* with_default = start_node<AssignmentPattern>(item->start);
    with_default->target = item;
    advance();
    with_default->default_value = parse_assignment();
    return finish(with_default);
}

Expression* Parser::parse_arrow_of(const ArrowHead& head) {
    if (head.yield_at != kNowhere) fail(head.yield_at, "Yield expression not allowed in formal parameter");
    if (head.await_at != kNowhere) {
        fail(head.await_at, "Illegal await-expression in formal parameters of async function");
    }
    if (head.after_rest != kNowhere) fail(head.after_rest, "Rest element must be last element");
    return parse_arrow(head.start, head.parameters.finish(), head.is_async, head.facts, head.first_reference);
}

Expression* Parser::parse_arrow_behind(const ArrowHead& head) {
    if (at(Kind::arrow) && !token_.newline_before) return parse_arrow_of(head);
    if (!ts_ || !at(Kind::colon) || not_return_types_.contains(token_.start)) return nullptr;
    const std::uint32_t colon = token_.start;
    const bool must_precede_colon = in_consequent_;
    Expression* arrow = nullptr;
    const auto typed = [&] {
        skip_return_type();
        if (!at(Kind::arrow) || token_.newline_before) return false;
        if (!must_precede_colon) return true;
        arrow = parse_arrow_of(head);
        return at(Kind::colon);
    };
    const std::vector<const char*> references = scopes_.references_since(head.first_reference);
    if (attempt(typed)) return arrow != nullptr ? arrow : parse_arrow_of(head);
    scopes_.replace_references_since(head.first_reference, references);
    not_return_types_.insert(colon);
    return nullptr;
}

// What is in the parentheses belongs to the function around it, unless an arrow follows.
Parser::ArrowHead Parser::parse_arrow_head(std::uint32_t start, bool is_async, ListBuilder<Node>& items,
                                           CoverList& list, CoverErrors& cover) {
    const std::uint32_t earlier_yield = std::exchange(yield_at_, kNowhere);
    const std::uint32_t earlier_await = std::exchange(await_at_, kNowhere);
    const std::uint32_t earlier_await_name = is_async ? std::exchange(await_name_at_, kNowhere) : await_name_at_;
    const FunctionFacts earlier_facts = std::exchange(fn_->facts, FunctionFacts{});
    const std::size_t first_reference = scopes_.reference_count();
    advance();
    parse_cover_list(items, list, cover, is_async);
    const Token closing = token_;
    expect(Kind::right_paren);

    const ArrowHead head = {.start = start,
                            .is_async = is_async,
                            .parameters = items,
                            .facts = fn_->facts,
                            .first_reference = first_reference,
                            .yield_at = yield_at_,
                            .await_at = is_async && await_at_ == kNowhere ? await_name_at_ : await_at_,
                            .after_rest = cover.after_rest,
                            .closing = closing};
    fn_->facts = earlier_facts;
    merge(fn_->facts, head.facts);
    keep_first(yield_at_, earlier_yield);
    keep_first(await_at_, earlier_await);
    if (is_async) keep_first(await_name_at_, earlier_await_name);
    return head;
}

// ( ... ): an expression, or the parameters of an arrow function.
Expression* Parser::parse_parenthesized() {
    const bool may_be_arrow = arrow_start_ == token_.start;
    CoverErrors cover;
    CoverList list;
    ListBuilder<Node> items(*this);
    const ArrowHead head = parse_arrow_head(token_.start, false, items, list, cover);
    if (may_be_arrow) {
        if (Expression* arrow = parse_arrow_behind(head)) return arrow;
    }

    if (failed()) return placeholder();
    if (list.rest_at != kNowhere) fail(list.rest_at, "Unexpected token ...");
    if (list.annotation_at != kNowhere) {
        fail(list.annotation_at, "Unexpected token " + std::string(source_.substr(list.annotation_at, 1)));
    }
    if (items.empty() || list.trailing_comma) unexpected(head.closing);
    report(cover);
    if (failed()) return placeholder();
    Expression* inner = items.at(0);
    if (items.size() > 1) {
        auto* sequence = start_node<SequenceExpression>(inner->start);
        sequence->expressions = items.finish();
        sequence->end = items.at(items.size() - 1)->end;
        inner = sequence;
    }
    inner->parenthesized = true;
    return inner;
}

// async( ... ): a call, or the head of an async arrow function.
Expression* Parser::parse_async_call_or_arrow(Expression* callee, std::uint32_t start) {
    CoverErrors cover;
    CoverList list;
    ListBuilder<Node> items(*this);
    const ArrowHead head = parse_arrow_head(start, true, items, list, cover);
    if (Expression* arrow = parse_arrow_behind(head)) return arrow;
    if (list.annotation_at != kNowhere) {
        fail(list.annotation_at, "Unexpected token " + std::string(source_.substr(list.annotation_at, 1)));
    }
    report(cover);
    auto* call = start_node<CallExpression>(start);
    call->callee = callee;
    call->arguments_start = callee->end;
    call->arguments = items.finish();
    return finish(call);
}

}  // namespace k6::js::syntax
