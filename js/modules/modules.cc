#include "js/modules/modules.h"

#include <stdexcept>
#include <string>

#include "js/modules/html/html_module.h"
#include "js/modules/http/http_module.h"
#include "js/modules/timers.h"

namespace k6::js {
namespace {

struct ModuleRow {
    std::string_view name;
    Value (*make)(ScriptContext&);
};

constexpr ModuleRow modules[] = {
    {"k6", make_k6_module},
    {"k6/crypto", make_crypto_module},
    {"k6/data", make_data_module},
    {"k6/encoding", make_encoding_module},
    {"k6/execution", make_execution_module},
    {"k6/html", make_html_module},
    {"k6/http", make_http_module},
    {"k6/metrics", make_metrics_module},
    {"k6/secrets", make_secrets_module},
    {"k6/timers", make_timers_module},
};

/// Modules that there once were, and what has taken their place.
struct RemovedRow {
    std::string_view name;
    std::string_view replacement;
};

constexpr RemovedRow removed[] = {
    {"k6/experimental/browser", "the module k6/browser"},
    {"k6/experimental/grpc", "the module k6/net/grpc"},
    {"k6/experimental/redis", "the extension k6/x/redis"},
    {"k6/experimental/timers", "the module k6/timers or the global functions"},
    {"k6/experimental/tracing", "the http-instrumentation-tempo library"},
    {"k6/experimental/webcrypto", "the global object crypto"},
};

template <class Row, std::size_t Size>
const Row* find(const Row (&rows)[Size], std::string_view name) {
    for (const Row& row : rows) {
        if (row.name == name) return &row;
    }
    return nullptr;
}

}  // namespace

bool is_builtin_module(std::string_view name) {
    return find(modules, name) != nullptr || find(removed, name) != nullptr;
}

Value make_builtin_module(ScriptContext& context, std::string_view name) {
    if (const ModuleRow* row = find(modules, name)) return row->make(context);
    if (const RemovedRow* row = find(removed, name)) {
        throw GoError("the module " + std::string(name) + " has been removed; please use " +
                      std::string(row->replacement) + " instead");
    }
    throw std::logic_error("no built-in module " + std::string(name));
}

}  // namespace k6::js
