// Routes for status codes and redirects.
#include <charconv>

#include "tools/demo_server/form.h"
#include "tools/demo_server/route.h"

namespace k6::demo {
namespace {

constexpr std::uint64_t kMostRedirects = 1000;

Response redirect_to(int status, std::string_view location) {
    if (!is_field_value(location)) return Response::error(400, "the location has control characters");
    Response response = Response::html("<!DOCTYPE html>\n<title>Redirecting</title>\n<p>See <a href=\"" +
                                           escape_html(location) + "\">there</a>.</p>\n",
                                       status);
    response.fields.add("Location", location);
    return response;
}

/// "200" or one of "200,500", which take turns.
Result<std::uint64_t> pick_status(const Call& call) {
    std::string list = call.segment(0);
    std::vector<std::uint64_t> codes;
    std::string_view rest = list;
    for (;;) {
        std::string_view text = rest.substr(0, rest.find(','));
        std::uint64_t code = 0;
        auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), code);
        if (failure != std::errc() || end != text.data() + text.size() || code < 100 || code > 999) {
            return Error{ErrorClass::generic, "a status must be a number from 100 to 999, not '" + list + "'"};
        }
        codes.push_back(code);
        if (text.size() == rest.size()) break;
        rest.remove_prefix(text.size() + 1);
    }
    if (codes.size() == 1) return codes.front();
    return codes[call.site().status_picks.fetch_add(1, std::memory_order_relaxed) % codes.size()];
}

Response status(const Call& call) {
    auto picked = pick_status(call);
    if (!picked) return Response::error(400, picked.error().message);
    Response response;
    response.status = static_cast<int>(*picked);
    switch (response.status) {
        case 301:
        case 302:
        case 303:
        case 307:
        case 308:
            response.fields.add("Location", "/redirect/1");
            break;
        case 401:
            response.fields.add("WWW-Authenticate", "Basic realm=\"demo\"");
            break;
        case 407:
            response.fields.add("Proxy-Authenticate", "Basic realm=\"demo\"");
            break;
        case 418:
            response.fields.add("Content-Type", "text/plain");
            response.body = "I'm a teapot\n";
            break;
        default:
            // An interim response is followed by a final one (RFC 9110 section 15.2); 101 would change protocols, and
            // is sent as it is, for clients to object to.
            if (response.status < 200 && response.status != 101) {
                response.interim_status = response.status;
                response.status = 200;
            }
    }
    return response;
}

enum class LocationForm { relative, absolute };

Response redirect_chain(const Call& call, std::string_view path, LocationForm form) {
    auto count = call.segment_number(0, 1, kMostRedirects);
    if (!count) return Response::error(400, count.error().message);
    std::string location = *count == 1 ? std::string("/get") : std::string(path) + "/" + std::to_string(*count - 1);
    if (form == LocationForm::absolute) {
        const Request& request = call.request();
        location = (request.tls ? "https://" : "http://") + request.authority + location;
    }
    return redirect_to(302, location);
}

Response redirect(const Call& call) { return redirect_chain(call, "/redirect", LocationForm::relative); }
Response relative_redirect(const Call& call) {
    return redirect_chain(call, "/relative-redirect", LocationForm::relative);
}
Response absolute_redirect(const Call& call) {
    return redirect_chain(call, "/absolute-redirect", LocationForm::absolute);
}

Response counted_redirect(const Call& call) {
    auto count = call.argument_number("n", 1, 0, kMostRedirects);
    auto code = call.argument_number("code", 302, 300, 399);
    if (!count) return Response::error(400, count.error().message);
    if (!code) return Response::error(400, code.error().message);
    if (*count == 0) return Response::text("text/plain", "the end of the redirects\n");
    return redirect_to(static_cast<int>(*code),
                       "/redirect?n=" + std::to_string(*count - 1) + "&code=" + std::to_string(*code));
}

Response named_redirect(const Call& call, std::string_view url_name, std::string_view code_name) {
    auto url = call.argument(url_name);
    auto code = call.argument_number(code_name, 302, 300, 399);
    if (!url) return Response::error(400, "the argument '" + std::string(url_name) + "' is missing");
    if (!code) return Response::error(400, code.error().message);
    return redirect_to(static_cast<int>(*code), *url);
}

Response redirect_to_url(const Call& call) { return named_redirect(call, "url", "status_code"); }
Response redirto(const Call& call) { return named_redirect(call, "to", "code"); }

constexpr Route kRoutes[] = {
    {"/status", kAnyMethod, 1, 1, status, "/status/418", "that status; of several (200,500) each in turn"},
    {"/redirect", kAnyMethod, 1, 1, redirect, "/redirect/2", "redirects N times, then to /get"},
    {"/redirect", kAnyMethod, 0, 0, counted_redirect, "/redirect?n=2&code=307", "redirects n times with that status"},
    {"/relative-redirect", kAnyMethod, 1, 1, relative_redirect, "/relative-redirect/2", "the same, relative Location"},
    {"/absolute-redirect", kAnyMethod, 1, 1, absolute_redirect, "/absolute-redirect/2", "the same, absolute Location"},
    {"/redirect-to", kAnyMethod, 0, 0, redirect_to_url, "/redirect-to?url=/get&status_code=303", "redirects to url"},
    {"/redirto", kAnyMethod, 0, 0, redirto, "/redirto?code=301&to=/get", "redirects to that URL"},
};

}  // namespace

std::span<const Route> status_routes() { return kRoutes; }

}  // namespace k6::demo
