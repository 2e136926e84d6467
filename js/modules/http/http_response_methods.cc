#include <map>

#include "js/builtins/array_buffer.h"
#include "js/builtins/json.h"
#include "js/json_select/json_select.h"
#include "js/json_select/json_text.h"
#include "js/modules/html/html_objects.h"
#include "js/modules/http/http_body.h"
#include "js/modules/http/http_response.h"
#include "js/modules/http/http_send.h"
#include "js/mujs/binding.h"
#include "proto_http/url.h"

namespace k6::js {
namespace {

HttpResponse& self_of(Call& call) { return call.self<HttpResponse>(); }

void require_body(const HttpResponse& self, const char* what) {
    const bool partial = self.value.status == 0 && self.type() == ResponseType::text && !self.value.body.empty();
    if (!self.has_body() && !partial) {
        throw GoError(std::string("the body is null so we can't transform it to ") + what +
                      " - this likely was because of a request error getting the response");
    }
}

// ---- json

Value whole_json(State& state, HttpResponse& self) {
    if (self.json_known) return self.json.load(state);
    Value value;
    try {
        value = parse_json(state, self.value.body);
    } catch (const HostError&) {
        const auto problem = check_json(self.value.body);
        throw GoError("cannot parse json due to an error at line " + std::to_string(problem ? problem->line : 1) +
                      ", character " + std::to_string(problem ? problem->column : 0) +
                      " , error: " + (problem ? problem->message : std::string("invalid text")));
    }
    // Kept, so that what a script changes in it stays changed.
    self.json = TracedValue(value);
    self.json_known = true;
    return value;
}

Value selected_json(State& state, HttpResponse& self, std::string_view selector) {
    using Validity = HttpResponse::Validity;
    if (self.json_validity == Validity::unknown) {
        self.json_validity = is_json(self.value.body) ? Validity::valid : Validity::invalid;
    }
    if (self.json_validity == Validity::invalid) return {};
    const auto found = select_json(self.value.body, selector);
    // As what was selected from: the first one of a name counts.
    return found ? parse_json(state, *found, RepeatedNames::first) : Value();
}

Value json(Call& call) {
    HttpResponse& self = self_of(call);
    require_body(self, "JSON");
    if (!call.has(0)) return whole_json(call.state(), self);
    return selected_json(call.state(), self, call.text(0));
}

// ---- html

/// The whole page; parsed once.
HtmlSelection& page_of(State& state, HttpResponse& self) {
    if (!self.page_known) {
        self.page = TracedValue(make_page(state, self.value.body, self.value.url));
        self.page_known = true;
    }
    return *self.page.load(state).native<HtmlSelection>();
}

Value html(Call& call) {
    HttpResponse& self = self_of(call);
    require_body(self, "HTML");
    State& state = call.state();
    const HtmlSelection& page = page_of(state, self);
    if (!call.has(0)) return make_selection(state, page.page, page.nodes);
    const std::string_view selector = call.text(0);
    return make_selection(state, page.page, find_all(state, *page.nodes.front(), selector), self.page.load(state));
}

/// A text member of an arguments object, or what it is otherwise.
std::string text_argument(State& state, const Value& arguments, const char* name, const char* otherwise) {
    if (!arguments.is_object()) return otherwise;
    const Value value = arguments.get(name);
    return value.is_nullish() ? otherwise : value.to_string(state);
}

Value member(const Value& arguments, const char* name) { return arguments.is_object() ? arguments.get(name) : Value(); }

http::Url page_url(const HttpResponse& self) {
    auto url = http::Url::parse(self.value.url);
    if (!url) throw GoError(url.error().message);
    return std::move(*url);
}

http::Url resolved(const HttpResponse& self, std::string_view reference) {
    auto url = page_url(self).resolve(reference);
    if (!url) throw GoError(url.error().message);
    return std::move(*url);
}

/// The URL with another query; a form's GET replaces what was there.
std::string with_query(const http::Url& url, const std::string& query) {
    std::string text = url.text();
    text.resize(std::min(text.find('#'), text.size()));
    text.resize(std::min(text.find('?'), text.size()));
    return query.empty() ? text : text + "?" + query;
}

Value submit_form(Call& call) {
    HttpResponse& self = self_of(call);
    auto& context = call.context<ScriptContext>();
    State& state = call.state();
    context.require_vu("Making http requests");
    const Value arguments = call[0];
    const std::string form_selector = text_argument(state, arguments, "formSelector", "form");
    const std::string submit_selector = text_argument(state, arguments, "submitSelector", "[type=\"submit\"]");
    require_body(self, "HTML");

    const HtmlNodes root = page_of(state, self).nodes;
    const html::Node* form = find_first(state, *root.front(), form_selector);
    if (form == nullptr) {
        throw GoError("no form found for selector '" + form_selector + "' in response '" + self.value.url + "'");
    }
    std::string method(form->attribute_or("method", ""));
    for (char& c : method) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (method.empty()) method = "GET";
    const auto action = form->attribute("action");
    const http::Url url = action ? resolved(self, *action) : page_url(self);

    const Value values = state.object();
    for (const FormValue& value : form_values(state, {form})) values.set(value.name, value.value);
    if (const html::Node* submit = find_first(state, *form, submit_selector)) {
        const auto name = submit->attribute("name");
        const auto value = submit->attribute("value");
        if (name && !name->empty() && value) values.set(*name, state.string(*value));
    }
    if (const Value fields = member(arguments, "fields"); fields.is_object()) {
        fields.for_each([&](std::string_view name, const Value& value) { values.set(name, value); });
    }
    const Value params = member(arguments, "params");
    if (method == "GET") {
        const Value target = state.string(with_query(url, form_encode(context, values)));
        return send_request(context, {.method = method, .url = target, .body = Value(), .params = params});
    }
    return send_request(context, {.method = method, .url = state.string(url.text()), .body = values, .params = params});
}

Value click_link(Call& call) {
    HttpResponse& self = self_of(call);
    auto& context = call.context<ScriptContext>();
    State& state = call.state();
    context.require_vu("Making http requests");
    const Value arguments = call[0];
    const std::string selector = text_argument(state, arguments, "selector", "a[href]");
    require_body(self, "HTML");
    const HtmlNodes root = page_of(state, self).nodes;
    const html::Node* link = find_first(state, *root.front(), selector);
    const auto in_response = [&] { return "'" + selector + "' in response '" + self.value.url + "'"; };
    if (link == nullptr) throw GoError("no element found for selector " + in_response());
    const auto href = link->attribute("href");
    if (!href) throw GoError("no valid href attribute value found on element " + in_response());
    const Value target = state.string(resolved(self, *href).text());
    return send_request(context,
                        {.method = "GET", .url = target, .body = Value(), .params = member(arguments, "params")});
}

constexpr FunctionDefinition methods[] = {
    {"clickLink", 1, click_link},
    {"html", 1, html},
    {"json", 1, json},
    {"submitForm", 1, submit_form},
};

}  // namespace

std::span<const FunctionDefinition> response_methods() { return methods; }

}  // namespace k6::js
