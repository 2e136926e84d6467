// Fuzz entry: any bytes as a URL, and as a reference against one. What parses must parse again to the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto_http/url.h"

namespace {

void check(const k6::http::Url& url) {
    const auto again = k6::http::Url::parse(url.text());
    if (!again || again->text() != url.text() || again->request_target() != url.request_target()) std::abort();
    if (url.request_target().empty() || url.masked().empty() != url.text().empty()) std::abort();
    (void)url.effective_port();
    (void)url.redacted();
    (void)url.without_credentials_and_fragment();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto url = k6::http::Url::parse(text)) check(*url);
    static const k6::http::Url base = k6::http::Url::parse("http://u:p@h.test/a/b?c#d").value();
    if (const auto url = base.resolve(text)) check(*url);
    return 0;
}
