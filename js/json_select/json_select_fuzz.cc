// Input: a path, a line end, a JSON text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "js/json_select/json_select.h"
#include "js/json_select/json_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace k6::js;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = input.find('\n');
    if (end == std::string_view::npos) return 0;
    const std::string_view path = input.substr(0, end);
    const std::string_view json = input.substr(end + 1);
    if (is_json(json) != !check_json(json).has_value()) std::abort();
    // Whatever it is given, it stays within the text; from JSON it makes JSON.
    const auto found = select_json(json, path);
    if (found && is_json(json) && !is_json(*found)) std::abort();
    return 0;
}
