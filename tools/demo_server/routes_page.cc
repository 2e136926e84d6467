// HTML pages with links and forms, small documents, caching.
#include <openssl/rand.h>

#include <array>
#include <boost/json/value.hpp>

#include "tools/demo_server/base64.h"
#include "tools/demo_server/form.h"
#include "tools/demo_server/json.h"
#include "tools/demo_server/route.h"

namespace k6::demo {
namespace {

Response home(const Call&) {
    return Response::html(R"(<!DOCTYPE html>
<html lang="en">
<head><title>Demo server</title></head>
<body>
<h1>Demo server</h1>
<p>A server to aim load tests at: it echoes, delays, streams, redirects and fails as asked.</p>
<ul>
<li><a href="/routes">All routes</a></li>
<li><a href="/get">What you sent</a></li>
<li><a href="/html">A page of text</a></li>
<li><a href="/forms/post">A form</a></li>
<li><a href="/login">Log in</a></li>
<li><a href="/links/10/0">Many links</a></li>
<li><a href="/stats">Counters</a></li>
</ul>
</body>
</html>
)");
}

Response list_routes(const Call& call) {
    std::string page = "<!DOCTYPE html>\n<html><head><title>Routes</title></head><body>\n<h1>Routes</h1>\n<ul>\n";
    for (const Route& route : call.routes()) {
        page += "<li><a href=\"" + escape_html(route.example) + "\">" + escape_html(route.example) + "</a> ";
        page += escape_html(route.summary) + "</li>\n";
    }
    return Response::html(page + "</ul>\n</body></html>\n");
}

Response html(const Call&) {
    return Response::html(R"(<!DOCTYPE html>
<html>
<head><title>The tortoise and the hare</title></head>
<body>
<h1>The tortoise and the hare</h1>
<div class="story">
<p id="first">A hare one day made fun of the short feet and slow pace of the tortoise, who replied, laughing:
<q>Though you be swift as the wind, I will beat you in a race.</q></p>
<p id="second">The hare, trusting her speed, lay down by the way and fell fast asleep. The tortoise never stopped for a
moment, and won.</p>
</div>
<ul class="words"><li>slow</li><li>steady</li><li>first</li></ul>
</body>
</html>
)");
}

Response form_page(const Call&) {
    return Response::html(R"(<!DOCTYPE html>
<html>
<head><title>Order</title></head>
<body>
<h1>Order</h1>
<form id="order" action="/post" method="post">
<p><label>Name: <input type="text" name="name" value="Ada"></label></p>
<p><label>Password: <input type="password" name="password"></label></p>
<p><label>E-mail: <input type="email" name="email" value="ada@example.com"></label></p>
<fieldset>
<legend>Size</legend>
<label><input type="radio" name="size" value="small"> Small</label>
<label><input type="radio" name="size" value="medium" checked> Medium</label>
<label><input type="radio" name="size" value="large"> Large</label>
</fieldset>
<fieldset>
<legend>Toppings</legend>
<label><input type="checkbox" name="topping" value="cheese" checked> Cheese</label>
<label><input type="checkbox" name="topping" value="onion"> Onion</label>
<label><input type="checkbox" name="topping" value="mushroom" checked> Mushroom</label>
</fieldset>
<p><select name="delivery">
<option value="pickup">Pick up</option>
<option value="bike" selected>By bike</option>
<option value="car">By car</option>
</select></p>
<p><select name="extras" multiple>
<option value="salad" selected>Salad</option>
<option value="drink">Drink</option>
<option value="dessert" selected>Dessert</option>
</select></p>
<p><textarea name="comments">Ring twice.</textarea></p>
<input type="hidden" name="token" value="4711">
<input type="text" name="unused" value="never sent" disabled>
<p><input type="submit" name="action" value="Order"></p>
</form>
</body>
</html>
)");
}

Response links(const Call& call) {
    constexpr std::uint64_t kMostLinks = 1000;
    auto count = call.segment_number(0, 1, kMostLinks);
    if (!count) return Response::error(400, count.error().message);
    if (call.segment_count() == 1) {
        Response response;
        response.status = 302;
        response.fields.add("Location", "/links/" + std::to_string(*count) + "/0");
        return response;
    }
    auto offset = call.segment_number(1, 0, kMostLinks);
    if (!offset) return Response::error(400, offset.error().message);
    std::string page = "<!DOCTYPE html>\n<html><head><title>Links</title></head><body>\n";
    for (std::uint64_t i = 0; i < *count; ++i) {
        std::string number = std::to_string(i);
        if (i == *offset) {
            page += number + "\n";
        } else {
            page += "<a href=\"/links/" + std::to_string(*count) + "/" + number + "\">" + number + "</a>\n";
        }
    }
    return Response::html(page + "</body></html>\n");
}

Response uuid(const Call&) {
    std::array<unsigned char, 16> bytes = {};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return Response::error(500, "no random bytes");
    // RFC 9562 section 5.4: version 4, variant 10.
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += kHex[bytes[i] >> 4];
        text += kHex[bytes[i] & 15];
    }
    return json_response({{"uuid", text}});
}

Response json_document(const Call&) {
    namespace json = boost::json;
    return json_response({
        {"slideshow",
         json::object{
             {"title", "Sample slide show"},
             {"date", "a fine day"},
             {"slides",
              json::array{
                  json::object{{"title", "Slow"}, {"type", "all"}},
                  json::object{{"title", "Steady"}, {"type", "all"}, {"items", json::array{"wins", "the race"}}}}},
         }},
        {"numbers", json::array{0, -1, 1.5, 1e21}},
        {"nothing", nullptr},
        {"text", "Gr\xc3\xbc\xc3\x9f Gott \xe2\x9c\x93"},
    });
}

Response xml_document(const Call&) {
    return Response::text("application/xml", R"(<?xml version="1.0" encoding="utf-8"?>
<slideshow title="Sample slide show">
  <slide type="all"><title>Slow</title></slide>
  <slide type="all"><title>Steady</title><item>wins</item><item>the race</item></slide>
</slideshow>
)");
}

Response png(const Call&) {
    // One red pixel.
    static constexpr std::string_view kPixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
    return Response::text("image/png", decode_base64(kPixel).value_or(""));
}

Response response_headers(const Call& call) {
    Pairs pairs = parse_pairs(call.request().query());
    std::string content_type = "application/json";
    Response response;
    for (const Pair& pair : pairs) {
        if (!is_token(pair.name) || !is_field_value(pair.value)) {
            return Response::error(400, "no valid header field: " + pair.name + ": " + pair.value);
        }
        for (std::string_view framing : {"Content-Length", "Transfer-Encoding", "Connection"}) {
            if (!equal_ignoring_case(pair.name, framing)) continue;
            return Response::error(400, pair.name + " is not for you to choose; see /truncate and /close");
        }
        if (equal_ignoring_case(pair.name, "Content-Type")) {
            content_type = pair.value;
        } else {
            response.fields.add(pair.name, pair.value);
        }
    }
    response.fields.add("Content-Type", content_type);
    response.body = json_response(json_pairs(pairs)).body;
    return response;
}

Response not_modified() {
    Response response;
    response.status = 304;
    return response;
}

Response cache(const Call& call) {
    const FieldList& fields = call.request().fields;
    if (fields.find("If-Modified-Since") || fields.find("If-None-Match")) return not_modified();
    Response response = json_response({{"cached", false}});
    response.fields.add("Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT");
    response.fields.add("ETag", "\"demo\"");
    return response;
}

Response cache_for(const Call& call) {
    auto age = call.segment_number(0, 0, UINT32_MAX);
    if (!age) return Response::error(400, age.error().message);
    Response response = json_response({{"maxAge", *age}});
    response.fields.add("Cache-Control", "public, max-age=" + std::to_string(*age));
    return response;
}

/// Whether a list of entity tags (RFC 9110 section 13.1.2), or "*", has `tag`.
bool has_tag(std::string_view list, std::string_view tag) {
    while (!list.empty()) {
        std::size_t end = std::min(list.find(','), list.size());
        std::string_view item = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
        if (item.starts_with("W/")) item.remove_prefix(2);
        if (item == "*" || item == tag) return true;
    }
    return false;
}

Response etag(const Call& call) {
    std::string name = call.segment(0);
    if (!is_token(name)) return Response::error(400, "no valid tag: " + name);
    std::string tag = "\"" + name + "\"";
    const FieldList& fields = call.request().fields;
    Response response = json_response({{"etag", name}});
    if (auto wanted = fields.find("If-Match"); wanted && !has_tag(*wanted, tag)) {
        response = Response::error(412, "the tag is " + tag);
    } else if (auto known = fields.find("If-None-Match"); known && has_tag(*known, tag)) {
        response = not_modified();
    }
    response.fields.add("ETag", tag);
    return response;
}

constexpr Route kRoutes[] = {
    {"/", kGet, 0, 0, home, "/", "this server's home page"},
    {"/routes", kGet, 0, 0, list_routes, "/routes", "this list"},
    {"/html", kGet, 0, 0, html, "/html", "a page of text"},
    {"/forms/post", kGet, 0, 0, form_page, "/forms/post", "a form with one of each control"},
    {"/links", kGet, 1, 2, links, "/links/10/0", "a page with N links"},
    {"/uuid", kGet, 0, 0, uuid, "/uuid", "a random UUID"},
    {"/json", kGet, 0, 0, json_document, "/json", "a JSON document"},
    {"/xml", kGet, 0, 0, xml_document, "/xml", "an XML document"},
    {"/image/png", kGet, 0, 0, png, "/image/png", "a tiny picture"},
    {"/response-headers", kGet | kPost, 0, 0, response_headers, "/response-headers?X-Demo=1",
     "answers with those fields"},
    {"/cache", kGet, 0, 0, cache, "/cache", "304 for conditional requests"},
    {"/cache", kGet, 1, 1, cache_for, "/cache/60", "Cache-Control for N seconds"},
    {"/etag", kGet, 1, 1, etag, "/etag/x", "a body with that entity tag"},
};

}  // namespace

std::span<const Route> page_routes() { return kRoutes; }

}  // namespace k6::demo
