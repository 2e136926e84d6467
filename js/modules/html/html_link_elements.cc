// Links: a, area, base, link.
#include "js/modules/html/html_accessors.h"
#include "proto_http/url.h"

namespace k6::js {
namespace {

constexpr NativeFunction referrer_policy =
    enum_attribute<"referrerpolicy", "", "no-referrer", "no-referrer-when-downgrade", "origin",
                   "origin-when-cross-origin", "unsafe-url">;

/// The link's target, parsed; nothing if it cannot be.
std::optional<http::Url> href_of(Call& call) {
    const auto href = node_of(call).attribute("href");
    if (!href) return {};
    auto url = http::Url::parse(resolve_reference(*element_of(call).page.page, *href));
    if (!url) return {};
    return std::move(*url);
}

template <class Part>
Value part_of_href(Call& call, Part&& part) {
    const auto url = href_of(call);
    return call.state().string(url ? part(*url) : std::string());
}

std::string after(const char* mark, const std::string& text) { return text.empty() ? text : mark + text; }

std::string host_of(const http::Url& url) {
    const std::string& port = url.port();
    const bool is_default = (url.scheme() == "http" && port == "80") || (url.scheme() == "https" && port == "443");
    const std::string& authority = url.authority();
    return is_default ? authority.substr(0, authority.size() - port.size() - 1) : authority;
}

Value hash(Call& call) {
    return part_of_href(call, [](const http::Url& url) { return after("#", url.fragment()); });
}
Value host(Call& call) { return part_of_href(call, host_of); }
Value hostname(Call& call) {
    return part_of_href(call, [](const http::Url& url) { return url.host(); });
}
Value port(Call& call) {
    return part_of_href(call, [](const http::Url& url) { return url.port(); });
}
Value username(Call& call) {
    return part_of_href(call, [](const http::Url& url) { return url.credentials() ? url.credentials()->user : ""; });
}
Value password(Call& call) {
    return part_of_href(call, [](const http::Url& url) {
        return url.credentials() ? url.credentials()->password.value_or("") : std::string();
    });
}
Value origin(Call& call) {
    return part_of_href(call, [](const http::Url& url) {
        if (url.scheme().empty()) return std::string();
        return url.scheme() == "file" ? url.text() : url.scheme() + "://" + url.authority();
    });
}
Value pathname(Call& call) {
    return part_of_href(call, [](const http::Url& url) { return url.escaped_path(); });
}
/// Without its colon; a colon by itself if there is no scheme.
Value protocol(Call& call) {
    return part_of_href(call, [](const http::Url& url) { return url.scheme().empty() ? ":" : url.scheme(); });
}
Value search(Call& call) {
    return part_of_href(call, [](const http::Url& url) { return after("?", url.query()); });
}

constexpr FunctionDefinition anchor_methods[] = {
    {"accessKey", 0, string_attribute<"accesskey">},
    {"download", 0, string_attribute<"download">},
    {"hash", 0, hash},
    {"host", 0, host},
    {"hostname", 0, hostname},
    {"href", 0, url_attribute<"href">},
    {"hrefLang", 0, string_attribute<"hreflang">},
    {"origin", 0, origin},
    {"password", 0, password},
    {"pathname", 0, pathname},
    {"port", 0, port},
    {"protocol", 0, protocol},
    {"referrerPolicy", 0, referrer_policy},
    {"rel", 0, string_attribute<"rel">},
    {"relList", 0, list_attribute<"rel">},
    {"search", 0, search},
    {"target", 0, string_attribute<"target">},
    {"text", 0, own_text},
    {"toString", 0, url_attribute<"href">},
    {"type", 0, string_attribute<"type">},
    {"username", 0, username},
};

Value base_href(Call& call) {
    if (node_of(call).has_attribute("href")) return url_of(call, "href");
    return call.state().string(element_of(call).page.page->url);
}

constexpr FunctionDefinition base_methods[] = {
    {"href", 0, base_href},
    {"target", 0, string_attribute<"target">},
};

constexpr FunctionDefinition link_methods[] = {
    {"crossOrigin", 0, optional_enum_attribute<"crossorigin", "anonymous", "use-credentials">},
    {"href", 0, url_attribute<"href">},
    {"hreflang", 0, string_attribute<"hreflang">},
    {"media", 0, string_attribute<"media">},
    {"referrerPolicy", 0, referrer_policy},
    {"rel", 0, string_attribute<"rel">},
    {"relList", 0, list_attribute<"rel">},
    {"target", 0, string_attribute<"target">},
    {"type", 0, string_attribute<"type">},
};

// ---- what is embedded

constexpr FunctionDefinition image_methods[] = {
    {"alt", 0, string_attribute<"alt">},
    {"crossOrigin", 0, optional_enum_attribute<"crossorigin", "anonymous", "use-credentials">},
    {"currentSrc", 0, url_attribute<"src">},
    {"height", 0, int_attribute<"height", 0>},
    {"isMap", 0, bool_attribute<"ismap">},
    {"name", 0, string_attribute<"name">},
    {"referrerPolicy", 0, referrer_policy},
    {"sizes", 0, string_attribute<"sizes">},
    {"src", 0, url_attribute<"src">},
    {"srcset", 0, string_attribute<"srcset">},
    {"useMap", 0, string_attribute<"usemap">},
    {"width", 0, int_attribute<"width", 0>},
};

constexpr FunctionDefinition script_methods[] = {
    {"async", 0, bool_attribute<"async">},
    {"charset", 0, string_attribute<"charset">},
    {"crossOrigin", 0, optional_enum_attribute<"crossorigin", "anonymous", "use-credentials">},
    {"defer", 0, bool_attribute<"defer">},
    {"noModule", 0, bool_attribute<"nomodule">},
    {"src", 0, url_attribute<"src">},
    {"text", 0, own_text},
    {"type", 0, string_attribute<"type">},
};

constexpr FunctionDefinition iframe_methods[] = {
    {"allowfullscreen", 0, bool_attribute<"allowfullscreen">},
    {"height", 0, string_attribute<"height">},
    {"name", 0, string_attribute<"name">},
    {"referrerPolicy", 0, referrer_policy},
    {"src", 0, url_attribute<"src">},
    {"width", 0, string_attribute<"width">},
};

constexpr FunctionDefinition embed_methods[] = {
    {"height", 0, string_attribute<"height">},
    {"src", 0, url_attribute<"src">},
    {"type", 0, string_attribute<"type">},
    {"width", 0, string_attribute<"width">},
};

constexpr FunctionDefinition object_methods[] = {
    {"data", 0, url_attribute<"data">},        {"form", 0, owner_form_element},
    {"height", 0, string_attribute<"height">}, {"name", 0, string_attribute<"name">},
    {"type", 0, string_attribute<"type">},     {"typeMustMatch", 0, bool_attribute<"typemustmatch">},
    {"useMap", 0, string_attribute<"usemap">}, {"width", 0, string_attribute<"width">},
};

constexpr FunctionDefinition source_methods[] = {
    {"keySystem", 0, string_attribute<"keysystem">}, {"media", 0, string_attribute<"media">},
    {"sizes", 0, string_attribute<"sizes">},         {"src", 0, url_attribute<"src">},
    {"srcset", 0, string_attribute<"srcset">},       {"type", 0, string_attribute<"type">},
};

constexpr FunctionDefinition track_methods[] = {
    {"default", 0, bool_attribute<"default">},
    {"kind", 0, enum_attribute<"kind", "subtitles", "captions", "descriptions", "chapters", "metadata">},
    {"label", 0, string_attribute<"label">},
    {"src", 0, url_attribute<"src">},
    {"srclang", 0, string_attribute<"srclang">},
};

Value text_tracks(Call& call) {
    HtmlNodes tracks;
    const html::Node& node = node_of(call);
    for (const html::Node* at = html::first_element_child(node); at != nullptr; at = html::next_element_sibling(*at)) {
        if (at->name == "track") tracks.push_back(at);
    }
    return elements(call, tracks);
}

constexpr FunctionDefinition media_methods[] = {
    {"autoplay", 0, bool_attribute<"autoplay">},
    {"controls", 0, bool_attribute<"controls">},
    {"crossOrigin", 0, optional_enum_attribute<"crossorigin", "anonymous", "use-credentials">},
    {"currentSrc", 0, url_attribute<"src">},
    {"defaultMuted", 0, bool_attribute<"muted">},
    {"height", 0, int_attribute<"height", 0>},
    {"loop", 0, bool_attribute<"loop">},
    {"mediaGroup", 0, string_attribute<"mediagroup">},
    {"muted", 0, bool_attribute<"muted">},
    {"poster", 0, url_attribute<"poster">},
    {"preload", 0, enum_attribute<"preload", "auto", "metadata", "none">},
    {"src", 0, url_attribute<"src">},
    {"textTracks", 0, text_tracks},
    {"width", 0, int_attribute<"width", 0>},
};

constexpr FunctionDefinition canvas_methods[] = {
    {"height", 0, int_attribute<"height", 150>},
    {"width", 0, int_attribute<"width", 150>},
};

Value map_areas(Call& call) { return elements(call, find_all(call.state(), node_of(call), "area[href]")); }
Value map_images(Call& call) {
    HtmlNodes images;
    const std::string name = "#" + std::string(node_of(call).attribute_or("name", ""));
    const html::Node& root = element_of(call).page.page->document->root();
    for (const html::Node* at = &root; name.size() > 1 && at != nullptr; at = html::next_in(root, *at)) {
        if ((at->is_element("img") || at->is_element("object")) && at->attribute_or("usemap", "") == name) {
            images.push_back(at);
        }
    }
    return elements(call, images);
}

constexpr FunctionDefinition map_methods[] = {
    {"areas", 0, map_areas},
    {"images", 0, map_images},
    {"name", 0, string_attribute<"name">},
};

struct Row {
    std::string_view tag;
    std::span<const FunctionDefinition> methods;
};

constexpr Row rows[] = {
    {"a", anchor_methods},      {"area", anchor_methods}, {"audio", media_methods},   {"base", base_methods},
    {"canvas", canvas_methods}, {"embed", embed_methods}, {"iframe", iframe_methods}, {"img", image_methods},
    {"link", link_methods},     {"map", map_methods},     {"object", object_methods}, {"script", script_methods},
    {"source", source_methods}, {"track", track_methods}, {"video", media_methods},
};

}  // namespace

std::span<const FunctionDefinition> link_element_methods(std::string_view tag) {
    for (const Row& row : rows) {
        if (row.tag == tag) return row.methods;
    }
    return {};
}

}  // namespace k6::js
