// Routes for cookies (RFC 6265), and a log-in page that uses one.
#include <boost/json/value.hpp>

#include "tools/demo_server/form.h"
#include "tools/demo_server/json.h"
#include "tools/demo_server/route.h"

namespace k6::demo {
namespace {

constexpr std::string_view kSessionCookie = "session";

Pairs cookies_of(const Request& request) {
    Pairs cookies;
    // HTTP/2 may split the field.
    for (const Field& field : request.fields) {
        if (!equal_ignoring_case(field.name, "Cookie")) continue;
        for (Pair& cookie : parse_cookies(field.value)) cookies.push_back(std::move(cookie));
    }
    return cookies;
}

bool is_cookie_value(std::string_view value) {
    return is_field_value(value) && value.find(';') == std::string_view::npos;
}

Response see(std::string_view location) {
    Response response;
    response.status = 302;
    response.fields.add("Location", location);
    return response;
}

/// Adds one Set-Cookie per pair; an error response if one cannot be a cookie.
std::optional<Response> set_cookies(Response& response, const Pairs& cookies) {
    for (const Pair& cookie : cookies) {
        if (!is_token(cookie.name) || !is_cookie_value(cookie.value)) {
            return Response::error(400, "no valid cookie: " + cookie.name + "=" + cookie.value);
        }
        response.fields.add("Set-Cookie", cookie.name + "=" + cookie.value + "; Path=/");
    }
    return std::nullopt;
}

Response cookies(const Call& call) { return json_response({{"cookies", json_pairs(cookies_of(call.request()))}}); }

Response set_and_show(const Call& call) {
    Pairs asked = parse_pairs(call.request().query());
    if (call.segment_count() == 2) asked = {{call.segment(0), call.segment(1)}};
    Response response = see("/cookies");
    if (auto refusal = set_cookies(response, asked)) return *refusal;
    return response;
}

Response set_only(const Call& call) {
    Pairs asked = parse_pairs(call.request().query());
    Response response = json_response({{"set", json_pairs(asked)}});
    if (auto refusal = set_cookies(response, asked)) return *refusal;
    return response;
}

void expire_cookie(Response& response, std::string_view name) {
    response.fields.add("Set-Cookie",
                        std::string(name) + "=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
}

Response delete_cookies(const Call& call) {
    Response response = see("/cookies");
    for (const Pair& asked : parse_pairs(call.request().query())) {
        if (!is_token(asked.name)) return Response::error(400, "no valid cookie name: " + asked.name);
        expire_cookie(response, asked.name);
    }
    return response;
}

Response login_page(int status, std::string_view notice) {
    return Response::html("<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>\n<h1>Log in</h1>\n<p>" +
                              std::string(notice) + R"(</p>
<form id="login" action="/login" method="post">
<input type="hidden" name="form" value="login">
<input type="text" name="user" value="">
<input type="password" name="password" value="">
<input type="checkbox" name="remember" value="yes">
<input type="submit" value="Log in">
</form>
</body></html>
)",
                          status);
}

Response login_form(const Call&) { return login_page(200, "Any user, any password."); }

Response login(const Call& call) {
    std::string_view body = call.request().body;
    std::string user = find_pair(body, "user").value_or("");
    if (user.empty() || find_pair(body, "password").value_or("").empty()) {
        return login_page(401, "User and password, please.");
    }
    Response response = see("/account");
    response.fields.add("Set-Cookie", std::string(kSessionCookie) + "=" + percent_encode(user) + "; Path=/; HttpOnly");
    return response;
}

Response logout(const Call&) {
    Response response = see("/login");
    expire_cookie(response, kSessionCookie);
    return response;
}

Response account(const Call& call) {
    for (const Pair& cookie : cookies_of(call.request())) {
        if (cookie.name != kSessionCookie || cookie.value.empty()) continue;
        return Response::html(
            "<!DOCTYPE html>\n<html><head><title>Account</title></head><body>\n<h1>Welcome, <span "
            "id=\"user\">" +
            escape_html(percent_decode(cookie.value)) +
            "</span></h1>\n<p><a href=\"/logout\">Log out</a></p>\n</body></html>\n");
    }
    return see("/login");
}

constexpr Route kRoutes[] = {
    {"/cookies", kGet, 0, 0, cookies, "/cookies", "the cookies sent"},
    {"/cookies/set", kGet, 0, 0, set_and_show, "/cookies/set?k=v", "sets cookies, redirects to /cookies"},
    {"/cookies/set", kGet, 2, 2, set_and_show, "/cookies/set/k/v", "sets a cookie, redirects to /cookies"},
    {"/cookies/delete", kGet, 0, 0, delete_cookies, "/cookies/delete?k", "deletes cookies, redirects to /cookies"},
    {"/setcookie", kAnyMethod, 0, 0, set_only, "/setcookie?k=v", "sets cookies"},
    {"/login", kGet, 0, 0, login_form, "/login", "a log-in form"},
    {"/login", kPost, 0, 0, login, "/login", "sets a session cookie, redirects to /account"},
    {"/logout", kGet, 0, 0, logout, "/logout", "deletes the session cookie"},
    {"/account", kGet, 0, 0, account, "/account", "a page for those logged in"},
};

}  // namespace

std::span<const Route> cookie_routes() { return kRoutes; }

}  // namespace k6::demo
