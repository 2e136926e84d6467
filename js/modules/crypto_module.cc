#include <openssl/rand.h>

#include <string>
#include <string_view>

#include "base/hex.h"
#include "js/modules/arguments.h"
#include "js/modules/base64.h"
#include "js/modules/bytes.h"
#include "js/modules/digests.h"
#include "js/modules/modules.h"
#include "js/mujs/binding.h"
#include "js/mujs/native.h"

namespace k6::js {
namespace {

/// A value's type as error messages name it.
std::string type_name(const Value& value) {
    switch (value.type()) {
        case Value::Type::undefined:
        case Value::Type::null:
            return "<nil>";
        case Value::Type::boolean:
            return "bool";
        case Value::Type::number:
            return "number";
        case Value::Type::string:
            return "string";
        case Value::Type::symbol:
            return "symbol";
        case Value::Type::bigint:
            return "bigint";
        case Value::Type::function:
            return "function";
        case Value::Type::object:
            return value.is_array() ? "array" : "object";
    }
    return "object";
}

GoError invalid_type(const Value& value, std::string_view prefix) {
    return GoError(std::string(prefix) + "invalid type " + type_name(value) +
                   ", expected string, []byte or ArrayBuffer");
}

Value encoded(State& state, std::string bytes, std::string_view encoding) {
    if (encoding == "hex") return state.string(hex_text(bytes));
    if (encoding == "base64") return state.string(base64_encode(bytes, {}));
    if (encoding == "base64url") return state.string(base64_encode(bytes, {.url = true}));
    if (encoding == "base64rawurl") return state.string(base64_encode(bytes, {.url = true, .padded = false}));
    if (encoding == "binary") return array_buffer(state, std::move(bytes));
    throw GoError("invalid output encoding: " + std::string(encoding));
}

/// The argument that names an encoding; none has an empty name.
std::string_view encoding_of(Call& call, std::size_t index) { return call.has(index) ? call.text(index) : ""; }

Value one_shot(Call& call, std::string_view algorithm) {
    const Bytes input(call[0]);
    if (!input) throw invalid_type(call[0], std::string(algorithm) + " failed: ");
    return encoded(call.state(), digest(algorithm, input.view()), encoding_of(call, 1));
}

void require_algorithm(std::string_view name) {
    if (!is_digest_name(name)) throw GoError("invalid algorithm: " + std::string(name));
}

/// What createHash and createHMAC make.
struct Hasher {
    static constexpr const char* js_name = "Hasher";
    Digest digest;
};

Value update(Call& call) {
    const Bytes input(call[0]);
    if (!input) throw invalid_type(call[0], "");
    call.self<Hasher>().digest.update(input.view());
    return {};
}

Value finish(Call& call) { return encoded(call.state(), call.self<Hasher>().digest.result(), encoding_of(call, 0)); }

constexpr FunctionDefinition hasher_methods[] = {{"update", 1, update}, {"digest", 1, finish}};

Value make_hasher(State& state, Digest digest) {
    Value prototype = state.hidden("Hasher.prototype");
    if (!prototype.is_object()) {
        prototype = state.object();
        state.define_functions(prototype, hasher_methods);
        state.set_hidden("Hasher.prototype", prototype);
    }
    return state.native<Hasher>(prototype, 256, std::move(digest));
}

Value create_hash(Call& call) {
    const std::string_view algorithm = call.text(0);
    require_algorithm(algorithm);
    return make_hasher(call.state(), Digest(algorithm));
}

Value create_hmac(Call& call) {
    const std::string_view algorithm = call.text(0);
    require_algorithm(algorithm);
    const Bytes key(call[1]);
    if (!key) throw invalid_type(call[1], "");
    return make_hasher(call.state(), Digest(algorithm, key.view()));
}

Value hmac_function(Call& call) {
    const std::string_view algorithm = call.text(0);
    require_algorithm(algorithm);
    const Bytes key(call[1]);
    if (!key) throw invalid_type(call[1], "");
    const Bytes input(call[2]);
    if (!input) throw invalid_type(call[2], "");
    return encoded(call.state(), hmac(algorithm, key.view(), input.view()), encoding_of(call, 3));
}

Value hex_encode(Call& call) {
    const Bytes input(call[0]);
    if (!input) throw invalid_type(call[0], "");
    return call.state().string(hex_text(input.view()));
}

Value random_bytes(Call& call) {
    const std::int64_t size = call.integer(0);
    if (size < 1) throw GoError("invalid size");
    constexpr std::int64_t largest = std::int64_t{1} << 30;
    if (size > largest) throw GoError("invalid size: at most 1 GiB at a time");
    std::string bytes(static_cast<std::size_t>(size), '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
        throw GoError("no random bytes are to be had");
    }
    return array_buffer(call.state(), std::move(bytes));
}

constexpr FunctionDefinition functions[] = {
    {"createHash", 1, create_hash},
    {"createHMAC", 2, create_hmac},
    {"hexEncode", 1, hex_encode},
    {"hmac", 4, hmac_function},
    {"md4", 2, [](Call& call) { return one_shot(call, "md4"); }},
    {"md5", 2, [](Call& call) { return one_shot(call, "md5"); }},
    {"randomBytes", 1, random_bytes},
    {"ripemd160", 2, [](Call& call) { return one_shot(call, "ripemd160"); }},
    {"sha1", 2, [](Call& call) { return one_shot(call, "sha1"); }},
    {"sha256", 2, [](Call& call) { return one_shot(call, "sha256"); }},
    {"sha384", 2, [](Call& call) { return one_shot(call, "sha384"); }},
    {"sha512", 2, [](Call& call) { return one_shot(call, "sha512"); }},
    {"sha512_224", 2, [](Call& call) { return one_shot(call, "sha512_224"); }},
    {"sha512_256", 2, [](Call& call) { return one_shot(call, "sha512_256"); }},
};

}  // namespace

Value make_crypto_module(ScriptContext& context) {
    Value members = context.state.object();
    context.state.define_functions(members, functions, Attributes::none);
    return namespace_of(context.state, members);
}

}  // namespace k6::js
