// libFuzzer entry of the parser: the first byte chooses the options, the rest is the source.
//
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined -I. js/syntax/parser_fuzz.cc <sources of :parser and :dump>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "js/syntax/dump.h"
#include "js/syntax/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace k6::js::syntax;
    if (size == 0) return 0;
    const ParseOptions options = {.type = static_cast<SourceType>(data[0] % 3), .typescript = (data[0] & 4) != 0};
    const ParseResult result = parse({reinterpret_cast<const char*>(data + 1), size - 1}, options);
    if (result) dump(result.program());
    return 0;
}
