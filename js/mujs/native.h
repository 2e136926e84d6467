// JavaScript objects that own a C++ object.
//
// A type says its name, and optionally lists properties that come into being when a script first touches them (any
// kind of touch: reading, `in`, hasOwnProperty). Enumeration (Object.keys, for-in, JSON.stringify, spread) brings all
// of them into being first; so to a script they are ordinary own properties in the order of the table.
//
//   struct Response {
//       static constexpr const char* js_name = "Response";
//       static Value body(State& state, Response& self) { return state.string(self.data); }
//       static constexpr LazyProperty<Response> js_lazy[] = {{"body", body}};
//       std::string data;
//   };
//   Value object = state.native<Response>(prototype, body.size(), Response{body});
//   Response* response = object.native<Response>();
//
// The C++ object is destroyed by the garbage collector or with the State, on the State's thread; its destructor must
// not touch the State. The State's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "js/mujs/state.h"

namespace k6::js {

template <class T>
struct LazyProperty {
    Literal name;
    /// Must not run script.
    Value (*get)(State&, T&);
};

/// A value inside a native object that the object keeps alive by naming it in `js_trace`. Unlike a Value in that place
/// it lets cycles (an object that refers back to its holder) be collected.
///
///   struct Box {
///       static constexpr const char* js_name = "Box";
///       void js_trace(Tracer& tracer) const { tracer.visit(content); }
///       TracedValue content;
///   };
class TracedValue {
public:
    TracedValue() noexcept : TracedValue(Value()) {}
    TracedValue(const Value& value) noexcept;
    static TracedValue from_raw(const RawValue& raw) noexcept {
        TracedValue value;
        value.raw_ = raw;
        return value;
    }
    Value load(State& state) const;
    const RawValue& raw() const noexcept { return raw_; }

private:
    RawValue raw_;
};

class Tracer {
public:
    explicit Tracer(State& state) : state_(state) {}
    virtual ~Tracer() = default;
    virtual void visit(const TracedValue& value) = 0;
    State& state() const noexcept { return state_; }

private:
    State& state_;
};

struct NativeHeader {
    const NativeType* type;
    State* state;
    std::size_t external_bytes;
    /// Bit n: lazy property n has come into being (or was deleted since).
    std::uint64_t materialised;
};

struct NativeType {
    const char* name;
    void (*destroy)(NativeHeader*) noexcept;
    std::size_t lazy_count;
    const char* (*lazy_name)(std::size_t index);
    /// The index of a name, -1 if there is none.
    int (*lazy_find)(std::string_view name);
    Value (*lazy_value)(NativeHeader&, std::size_t index);
    void (*trace)(NativeHeader&, Tracer&);
    std::size_t (*index_count)(NativeHeader&);
    // Elements, null for types that have none. `convert` makes the value on top of the engine's stack one that `set`
    // takes; it may run script. Indices are less than index_count.
    RawValue (*get_index)(NativeHeader&, State&, std::size_t index);
    void (*convert_element)(NativeHeader&, js_State*);
    void (*set_index)(NativeHeader&, std::size_t index, const RawValue& value);
};

template <class T>
struct NativeBox : NativeHeader {
    template <class... Arguments>
    explicit NativeBox(NativeHeader header, Arguments&&... arguments)
        : NativeHeader(header), value{std::forward<Arguments>(arguments)...} {}
    T value;
};

namespace detail {

template <class T>
constexpr std::size_t lazy_count() {
    if constexpr (requires { T::js_lazy; }) {
        static_assert(std::extent_v<std::remove_reference_t<decltype(T::js_lazy)>> <= 64);
        return std::extent_v<std::remove_reference_t<decltype(T::js_lazy)>>;
    } else {
        return 0;
    }
}

template <class T>
const char* lazy_name([[maybe_unused]] std::size_t index) {
    if constexpr (lazy_count<T>() != 0) {
        return T::js_lazy[index].name.c_str();
    } else {
        return nullptr;
    }
}

template <class T>
int lazy_find([[maybe_unused]] std::string_view name) {
    if constexpr (lazy_count<T>() != 0) {
        for (std::size_t i = 0; i < lazy_count<T>(); ++i) {
            if (T::js_lazy[i].name.view() == name) return static_cast<int>(i);
        }
    }
    return -1;
}

template <class T>
Value lazy_value([[maybe_unused]] NativeHeader& header, [[maybe_unused]] std::size_t index) {
    if constexpr (lazy_count<T>() != 0) {
        return T::js_lazy[index].get(*header.state, static_cast<NativeBox<T>&>(header).value);
    } else {
        return {};
    }
}

template <class T>
constexpr auto tracer_of() -> void (*)(NativeHeader&, Tracer&) {
    if constexpr (requires(const T& value, Tracer& tracer) { value.js_trace(tracer); }) {
        return [](NativeHeader& header, Tracer& tracer) { static_cast<NativeBox<T>&>(header).value.js_trace(tracer); };
    } else {
        return nullptr;
    }
}

template <class T>
constexpr auto index_count_of() -> std::size_t (*)(NativeHeader&) {
    if constexpr (requires(const T& value) { value.js_index_count(); }) {
        return [](NativeHeader& header) -> std::size_t {
            return static_cast<NativeBox<T>&>(header).value.js_index_count();
        };
    } else {
        return nullptr;
    }
}

template <class T>
constexpr bool has_elements() {
    return requires(T & value, State & state, js_State * J, const RawValue& raw) {
        value.js_get_index(state, std::size_t{});
        value.js_convert_element(J);
        value.js_set_index(std::size_t{}, raw);
    };
}

template <class T>
T& content_of(NativeHeader& header) {
    return static_cast<NativeBox<T>&>(header).value;
}

template <class T>
constexpr auto get_index_of() -> RawValue (*)(NativeHeader&, State&, std::size_t) {
    if constexpr (has_elements<T>()) {
        return [](NativeHeader& header, State& state, std::size_t index) -> RawValue {
            return content_of<T>(header).js_get_index(state, index);
        };
    } else {
        return nullptr;
    }
}

template <class T>
constexpr auto convert_element_of() -> void (*)(NativeHeader&, js_State*) {
    if constexpr (has_elements<T>()) {
        return [](NativeHeader& header, js_State* J) { content_of<T>(header).js_convert_element(J); };
    } else {
        return nullptr;
    }
}

template <class T>
constexpr auto set_index_of() -> void (*)(NativeHeader&, std::size_t, const RawValue&) {
    if constexpr (has_elements<T>()) {
        return [](NativeHeader& header, std::size_t index, const RawValue& value) {
            content_of<T>(header).js_set_index(index, value);
        };
    } else {
        return nullptr;
    }
}

}  // namespace detail

template <class T>
inline constexpr NativeType native_type{
    T::js_name,
    [](NativeHeader* header) noexcept { delete static_cast<NativeBox<T>*>(header); },
    detail::lazy_count<T>(),
    detail::lazy_name<T>,
    detail::lazy_find<T>,
    detail::lazy_value<T>,
    detail::tracer_of<T>(),
    detail::index_count_of<T>(),
    detail::get_index_of<T>(),
    detail::convert_element_of<T>(),
    detail::set_index_of<T>(),
};

template <class T, class... Arguments>
Value State::native(const Value& prototype, std::size_t external_bytes, Arguments&&... arguments) {
    return make_native(prototype, new NativeBox<T>(NativeHeader{&native_type<T>, this, external_bytes, 0},
                                                   std::forward<Arguments>(arguments)...));
}

template <class T>
T* Value::native() const noexcept {
    NativeHeader* header = native_header(native_type<T>);
    return header == nullptr ? nullptr : &static_cast<NativeBox<T>*>(header)->value;
}

}  // namespace k6::js
