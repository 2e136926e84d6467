#include "js/modules/webcrypto/parameters.h"

#include <cmath>
#include <memory>
#include <utility>

#include "js/builtins/array_buffer.h"
#include "js/builtins/promise.h"
#include "js/mujs/errors.h"
#include "js/mujs/native.h"

namespace k6::js::webcrypto {
namespace {

const char* type_name(KeyType type) {
    switch (type) {
        case KeyType::secret:
            return "secret";
        case KeyType::private_key:
            return "private";
        case KeyType::public_key:
            return "public";
    }
    return "secret";
}

Value algorithm_object(State& state, const Key& key) {
    Value object = state.object();
    object.set("name", state.string(name_of(key.algorithm)));
    if (!key.hash.empty()) {
        Value hash = state.object();
        hash.set("name", state.string(key.hash));
        object.set("hash", hash);
    }
    if (!key.curve.empty()) object.set("namedCurve", state.string(key.curve));
    if (is_aes(key.algorithm) || key.algorithm == Algorithm::hmac) object.set("length", key.secret.size() * 8);
    return object;
}

/// An error object whose name is a DOMException's.
Value named_error(State& state, const std::string& name, const std::string& message) {
    Value error = state.error(HostError(HostError::Kind::error, message));
    error.define("name", state.string(name), Attributes::none);
    error.define("message", state.string(message), Attributes::none);
    return error;
}

}  // namespace

std::string algorithm_name(State& state, const Value& algorithm) {
    if (algorithm.is_string()) return algorithm.as_string();
    if (algorithm.is_object()) {
        const Value name = algorithm.get("name");
        if (name.is_string()) return name.as_string();
    }
    throw Failure("SyntaxError",
                  "an algorithm is a string or an object with a name, not " + algorithm.to_string(state));
}

Value member(const Value& object, const char* name) {
    Value value = object.is_object() ? object.get(name) : Value();
    if (value.is_nullish()) throw Failure("SyntaxError", "the algorithm has no " + std::string(name));
    return value;
}

std::string_view hash_member(State& state, const Value& algorithm) {
    return hash_of(algorithm_name(state, member(algorithm, "hash")));
}

std::string buffer(const Value& value) {
    const auto bytes = bytes_of(value);
    if (!bytes) throw Failure("TypeError", "an ArrayBuffer or a view of one is expected");
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

std::string buffer_member(const Value& object, const char* name) { return buffer(member(object, name)); }

std::uint32_t number_member(State& state, const Value& object, const char* name, std::uint32_t smallest,
                            std::uint32_t largest, std::string_view error) {
    const double number = member(object, name).to_number(state);
    if (!(number >= smallest && number <= largest) || number != std::floor(number)) {
        throw Failure(error, std::string(name) + " is out of its range");
    }
    return static_cast<std::uint32_t>(number);
}

Usages read_usages(State& state, const Value& list) {
    if (!list.is_object()) throw Failure("TypeError", "key usages are an array of strings");
    Usages usages = 0;
    const std::size_t count = list.length();
    for (std::size_t i = 0; i < count; ++i) {
        usages = static_cast<Usages>(usages | static_cast<Usages>(usage_of(list.at(i).to_string(state))));
    }
    return usages;
}

Value usages_array(State& state, Usages usages) {
    Value array = state.array();
    for (const std::string_view name : names_of(usages)) array.append(state.string(name));
    return array;
}

const Key& key_of(const Value& value) {
    const Key* key = value.native<Key>();
    if (key == nullptr) throw Failure("InvalidAccessError", "a CryptoKey is expected");
    return *key;
}

Value make_key(State& state, Key key) {
    Value prototype = state.hidden("CryptoKey.prototype");
    if (!prototype.is_object()) {
        prototype = state.object();
        prototype.define("@@toStringTag", state.literal("CryptoKey"));
        state.set_hidden("CryptoKey.prototype", prototype);
    }
    const std::size_t size = key.secret.size() + (key.pair ? 512 : 0);
    const Value algorithm = algorithm_object(state, key);
    const Value usages = usages_array(state, key.usages);
    const char* type = type_name(key.type);
    const bool extractable = key.extractable;
    Value object = state.native<Key>(prototype, size, std::move(key));
    constexpr Attributes fixed = Attributes::read_only | Attributes::permanent;
    object.define("type", state.string(type), fixed);
    object.define("extractable", extractable, fixed);
    object.define("algorithm", algorithm, fixed);
    object.define("usages", usages, fixed);
    return object;
}

Value promise_of(State& state, const std::function<Value()>& work) {
    PromiseHandle promise(state);
    try {
        promise.resolve(work());
    } catch (const Failure& failure) {
        promise.reject(named_error(state, failure.name(), failure.what()));
    } catch (const ScriptException& thrown) {
        promise.reject(thrown.value());
    } catch (const HostError& error) {
        promise.reject(state.error(error));
    }
    return promise.promise();
}

}  // namespace k6::js::webcrypto
