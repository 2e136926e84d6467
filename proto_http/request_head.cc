#include "proto_http/request_head.h"

#include <charconv>

namespace k6::http {
namespace {

void write_field(std::string_view name, std::string_view value, std::string& out) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace

void write_request_head(const RequestHead& head, std::span<Headers::Field> fields, std::string& out) {
    // There are a handful: insertion sort, which is stable and needs no memory.
    for (std::size_t i = 1; i < fields.size(); ++i) {
        const Headers::Field field = fields[i];
        std::size_t place = i;
        for (; place > 0 && field.name < fields[place - 1].name; --place) fields[place] = fields[place - 1];
        fields[place] = field;
    }
    out += head.method;
    out += ' ';
    out += head.target;
    out += " HTTP/1.1\r\n";
    write_field("Host", head.host, out);
    if (!head.user_agent.empty()) write_field("User-Agent", head.user_agent, out);
    if (head.content_length) {
        char digits[20];
        const char* end = std::to_chars(digits, digits + sizeof digits, *head.content_length).ptr;
        write_field("Content-Length", {digits, static_cast<std::size_t>(end - digits)}, out);
    }
    for (const auto& [name, value] : fields) write_field(name, value, out);
    out += "\r\n";
}

std::optional<std::size_t> announced_length(std::string_view method, bool has_body, std::size_t body_size) {
    if (has_body) return body_size;
    if (method == "POST" || method == "PUT" || method == "PATCH") return 0;
    return std::nullopt;
}

}  // namespace k6::http
