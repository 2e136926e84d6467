// libFuzzer entry of regular expressions: the first byte chooses the flags, then come the pattern, a newline and the
// subject. Where PCRE2 runs the pattern, the exact matcher must say the same.
//
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined -I. js/regexp/*.cc (without tests) <sources of the syntax
//   check>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "js/regexp/program.h"

namespace {

using namespace k6::js::regexp;

/// Bytes as text in the engine's form: what is not ASCII becomes a few interesting characters.
std::string engine_text(std::string_view bytes) {
    static constexpr std::string_view interesting[] = {
        "\xC3\xA9",     "\xC5\xBF",         "\xE2\x84\xAA", "\xE2\x80\xA8", "\xF0\x9F\x98\x80",
        "\xED\xA0\xBD", "\xF0\x90\x90\x80", "\xC3\x9F",     "\xCE\xA3",     "\xCF\x82",
    };
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == 0) {
            text += "\xC0\x80";
        } else if (byte < 0x80) {
            text += c;
        } else {
            text += interesting[byte % std::size(interesting)];
        }
    }
    return text;
}

void compare(const Program& fast, const Program& exact, const Subject& subject, std::size_t start, Search search) {
    Matcher left;
    Matcher right;
    const Outcome fast_outcome = fast.match(left, subject, start, search);
    const Outcome exact_outcome = exact.match(right, subject, start, search);
    if (fast_outcome == Outcome::gave_up || exact_outcome == Outcome::gave_up) return;
    bool same = fast_outcome == exact_outcome;
    for (std::uint32_t i = 0; same && fast_outcome == Outcome::match && i < fast.group_count(); ++i) {
        const Capture a = left.capture(i);
        const Capture b = right.capture(i);
        same = a.first == b.first && a.last == b.last;
    }
    if (same) return;
    std::fprintf(stderr, "the matchers differ: /%s/%s on \"%.*s\" from %zu\n", fast.pattern().c_str(),
                 fast.flags().text().c_str(), static_cast<int>(subject.text().size()), subject.text().data(), start);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 4096) return 0;
    Flags flags;
    flags.ignore_case = (data[0] & 1) != 0;
    flags.multiline = (data[0] & 2) != 0;
    flags.dot_all = (data[0] & 4) != 0;
    flags.unicode = (data[0] & 8) != 0;
    const std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::size_t line_end = std::min(rest.find('\n'), rest.size());
    const std::string pattern = engine_text(rest.substr(0, line_end));
    const std::string text = engine_text(rest.substr(std::min(line_end + 1, rest.size())));
    const auto fast = Program::compile(pattern, flags);
    if (!fast) return 0;
    const auto exact = Program::compile(pattern, flags, Engine::exact);
    if (!exact) return 0;
    const Subject subject(text, (*fast)->form());
    compare(**fast, **exact, subject, 0, (data[0] & 16) != 0 ? Search::here : Search::from_here_on);
    std::size_t start = subject.text().size() / 2;
    while (start < subject.text().size() && (subject.text()[start] & 0xC0) == 0x80) ++start;
    compare(**fast, **exact, subject, start, Search::from_here_on);
    (void)subject.to_engine_text(0, subject.text().size());
    return 0;
}
