// ArrayBuffer, the typed arrays and DataView. A typed array's elements are read and written through the hooks that the
// engine has for such objects; their keys are known to the property functions through js_index_count.
#include "js/builtins/array_buffer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "js/builtins/iterators.h"
#include "js/builtins/library.h"

namespace k6::js {
namespace {

struct ArrayBuffer {
    static constexpr const char* js_name = "ArrayBuffer";
    std::string bytes;
};

enum class Kind { int8, uint8, uint8_clamped, int16, uint16, int32, uint32, float32, float64, big_int64, big_uint64 };
constexpr std::size_t kind_count = 11;
constexpr std::size_t element_sizes[kind_count] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
constexpr bool is_big(Kind kind) { return kind == Kind::big_int64 || kind == Kind::big_uint64; }

/// What an element is worth: a number, or the 64 bits of a BigInt.
struct Element {
    double number = 0;
    std::uint64_t bits = 0;
};

constexpr const char* kind_names[kind_count] = {"Int8Array",    "Uint8Array",    "Uint8ClampedArray", "Int16Array",
                                                "Uint16Array",  "Int32Array",    "Uint32Array",       "Float32Array",
                                                "Float64Array", "BigInt64Array", "BigUint64Array"};

/// A part of a buffer seen as numbers.
struct TypedArray {
    static constexpr const char* js_name = "TypedArray";
    void js_trace(Tracer& tracer) const { tracer.visit(buffer); }
    std::size_t js_index_count() const { return length; }
    TracedValue buffer;
    ArrayBuffer* data;
    std::size_t offset;
    std::size_t length;  // in elements
    Kind kind;

    std::size_t element_size() const { return element_sizes[static_cast<std::size_t>(kind)]; }
    char* place(std::size_t index) const { return data->bytes.data() + offset + index * element_size(); }

    RawValue js_get_index(State& state, std::size_t index) const;
    void js_convert_element(js_State* J) const;
    void js_set_index(std::size_t index, const RawValue& value) const;
};

struct DataView {
    static constexpr const char* js_name = "DataView";
    void js_trace(Tracer& tracer) const { tracer.visit(buffer); }
    TracedValue buffer;
    ArrayBuffer* data;
    std::size_t offset;
    std::size_t length;  // in bytes
};

template <class T>
double load(const char* at, bool swap = false) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, at, sizeof(T));
    if (swap) std::reverse(bytes, bytes + sizeof(T));
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    return static_cast<double>(value);
}

template <class T>
void store(char* at, T value, bool swap = false) {
    std::memcpy(at, &value, sizeof(T));
    if (swap) std::reverse(at, at + sizeof(T));
}

std::uint64_t load_bits(const char* at, bool swap) {
    std::uint64_t bits;
    std::memcpy(&bits, at, sizeof bits);
    return swap ? __builtin_bswap64(bits) : bits;
}

Element load(Kind kind, const char* at, bool swap = false) {
    switch (kind) {
        case Kind::int8:
            return {load<std::int8_t>(at)};
        case Kind::uint8:
        case Kind::uint8_clamped:
            return {load<std::uint8_t>(at)};
        case Kind::int16:
            return {load<std::int16_t>(at, swap)};
        case Kind::uint16:
            return {load<std::uint16_t>(at, swap)};
        case Kind::int32:
            return {load<std::int32_t>(at, swap)};
        case Kind::uint32:
            return {load<std::uint32_t>(at, swap)};
        case Kind::float32:
            return {load<float>(at, swap)};
        case Kind::float64:
            return {load<double>(at, swap)};
        case Kind::big_int64:
        case Kind::big_uint64:
            return {0, load_bits(at, swap)};
    }
    return {};
}

void store(Kind kind, char* at, const Element& element, bool swap = false) {
    const double value = element.number;
    const auto whole = static_cast<std::uint32_t>(jsV_numbertoint32(value));
    switch (kind) {
        case Kind::int8:
        case Kind::uint8:
            return store(at, static_cast<std::uint8_t>(whole));
        case Kind::uint8_clamped:
            return store(
                at, static_cast<std::uint8_t>(std::isnan(value) ? 0 : std::nearbyint(std::clamp(value, 0.0, 255.0))));
        case Kind::int16:
        case Kind::uint16:
            return store(at, static_cast<std::uint16_t>(whole), swap);
        case Kind::int32:
        case Kind::uint32:
            return store(at, whole, swap);
        case Kind::float32:
            return store(at, static_cast<float>(value), swap);
        case Kind::float64:
            return store(at, value, swap);
        case Kind::big_int64:
        case Kind::big_uint64:
            return store(at, element.bits, swap);
    }
}

/// Under a Guard, or where no C++ object is alive.
js_Value raw_of(js_State* J, Kind kind, const Element& element) {
    if (kind == Kind::big_int64) return bigint_from_int64(J, static_cast<std::int64_t>(element.bits));
    if (kind == Kind::big_uint64) return bigint_from_uint64(J, element.bits);
    return number_value(element.number);
}

Value value_of(State& state, Kind kind, const Element& element) {
    Guard guard(state.raw());
    return to_value(state, raw_of(state.raw(), kind, element));
}

Element element_of(Kind kind, const js_Value& converted) {
    return is_big(kind) ? Element{0, bigint_to_uint64(converted)} : Element{converted.u.number};
}

/// Converts the value on top of the engine's stack in place; runs script.
void convert_top(js_State* J, Kind kind) {
    js_Value& value = *js_tovalue(J, -1);
    if (is_big(kind)) {
        to_bigint(J, &value);
    } else {
        value = number_value(jsV_tonumber(J, &value));
    }
}

Element to_element(State& state, Kind kind, const Value& value) {
    js_State* J = state.raw();
    Guard guard(J);
    js_pushvalue(J, Internal::raw(value));
    convert_top(J, kind);
    return element_of(kind, *js_tovalue(J, -1));
}

RawValue TypedArray::js_get_index(State& state, std::size_t index) const {
    return std::bit_cast<RawValue>(raw_of(state.raw(), kind, load(kind, place(index))));
}

void TypedArray::js_convert_element(js_State* J) const { convert_top(J, kind); }

void TypedArray::js_set_index(std::size_t index, const RawValue& value) const {
    store(kind, place(index), element_of(kind, std::bit_cast<js_Value>(value)));
}

/// A length or offset argument: an integer ≥ 0.
std::size_t to_index(double number, const char* what) {
    const double whole = std::isnan(number) ? 0 : std::trunc(number);
    if (whole < 0 || whole > 0x7fffffff) throw RangeError(std::string("Invalid ") + what);
    return static_cast<std::size_t>(whole);
}

// ---- ArrayBuffer

Value construct_buffer(Call& call) {
    const std::size_t length = to_index(call.number(0), "array buffer length");
    State& state = call.state();
    if (state.heap().bytes + length > Internal::runtime(state).limit)
        throw RangeError("Array buffer allocation failed");
    return state.native<ArrayBuffer>(call.callee().get("prototype"), length, std::string(length, '\0'));
}

Value buffer_byte_length(Call& call) { return this_box<ArrayBuffer>(call).value.bytes.size(); }

Value buffer_slice(Call& call) {
    const std::string& bytes = this_box<ArrayBuffer>(call).value.bytes;
    js_State* J = call.state().raw();
    Guard guard(J);
    const int length = static_cast<int>(bytes.size());
    const int end = call.has(1) ? relative_index(J, 2, length, length) : length;
    const int start = call.has(0) ? relative_index(J, 1, length, 0) : 0;
    return array_buffer(call.state(), bytes.substr(static_cast<std::size_t>(start),
                                                   static_cast<std::size_t>(std::max(0, end - start))));
}

Value is_view(Call& call) {
    const js_Value raw = argument_raw(call, 0);
    return native_box<TypedArray>(raw) != nullptr || native_box<DataView>(raw) != nullptr;
}

constexpr FunctionDefinition buffer_methods[] = {{"slice", 2, buffer_slice}};
constexpr AccessorDefinition buffer_accessors[] = {{"byteLength", buffer_byte_length}};
constexpr FunctionDefinition buffer_statics[] = {{"isView", 1, is_view}};
constexpr ClassDefinition buffer_class{.name = "ArrayBuffer",
                                       .length = 1,
                                       .construct = construct_buffer,
                                       .methods = buffer_methods,
                                       .accessors = buffer_accessors,
                                       .statics = buffer_statics};

// ---- typed arrays

Value make_typed_array(State& state, const Value& prototype, const Value& buffer, std::size_t offset,
                       std::size_t length, Kind kind) {
    const Value result =
        state.native<TypedArray>(prototype, 0, TracedValue(buffer), buffer.native<ArrayBuffer>(), offset, length, kind);
    return result;
}

Value new_typed_array(State& state, const Value& prototype, std::size_t length, Kind kind) {
    const std::size_t size = element_sizes[static_cast<std::size_t>(kind)];
    if (length > 0x7fffffff / size) throw RangeError("Invalid typed array length");
    return make_typed_array(state, prototype, array_buffer(state, std::string(length * size, '\0')), 0, length, kind);
}

Value filled_typed_array(State& state, const Value& prototype, const std::vector<Element>& elements, Kind kind) {
    const Value result = new_typed_array(state, prototype, elements.size(), kind);
    const TypedArray& array = *result.native<TypedArray>();
    for (std::size_t i = 0; i < elements.size(); ++i) store(kind, array.place(i), elements[i]);
    return result;
}

std::vector<Element> elements_of(State& state, const Value& source, Kind kind) {
    std::vector<Element> elements;
    if (const TypedArray* array = source.native<TypedArray>()) {
        if (is_big(array->kind) != is_big(kind)) {
            throw TypeError("Cannot mix BigInt and other types, use explicit conversions");
        }
        for (std::size_t i = 0; i < array->length; ++i) elements.push_back(load(array->kind, array->place(i)));
    } else if (!source.is_object() || !source.get("@@iterator").is_nullish()) {
        iterate(state, Internal::raw(source),
                [&](const js_Value& item) { elements.push_back(to_element(state, kind, to_value(state, item))); });
    } else {
        const std::size_t length = source.length();
        for (std::size_t i = 0; i < length; ++i) elements.push_back(to_element(state, kind, source.at(i)));
    }
    return elements;
}

template <Kind kind>
Value construct_typed_array(Call& call) {
    State& state = call.state();
    const Value prototype = call.callee().get("prototype");
    const Value source = call[0];
    constexpr std::size_t size = element_sizes[static_cast<std::size_t>(kind)];
    if (!source.is_object()) {
        return new_typed_array(state, prototype, to_index(call.number(0), "typed array length"), kind);
    }
    if (const ArrayBuffer* buffer = source.native<ArrayBuffer>()) {
        const std::size_t offset = to_index(call.number(1), "typed array offset");
        if (offset % size != 0) throw RangeError("Start offset must be a multiple of the element size");
        if (offset > buffer->bytes.size()) throw RangeError("Start offset is outside the bounds of the buffer");
        std::size_t length = (buffer->bytes.size() - offset) / size;
        if (call.has(2)) {
            const std::size_t wanted = to_index(call.number(2), "typed array length");
            if (wanted > length) throw RangeError("Invalid typed array length: " + std::to_string(wanted));
            length = wanted;
        } else if ((buffer->bytes.size() - offset) % size != 0) {
            throw RangeError("Byte length must be a multiple of the element size");
        }
        return make_typed_array(state, prototype, source, offset, length, kind);
    }
    return filled_typed_array(state, prototype, elements_of(state, source, kind), kind);
}

/// The prototype for a new array of the same class as `this`.
Value same_class(const Call& call) { return call.this_value().prototype(); }

Value typed_set(Call& call) {
    State& state = call.state();
    const TypedArray& array = this_box<TypedArray>(call).value;
    const std::size_t offset = to_index(call.number(1), "offset");
    const std::vector<Element> elements = elements_of(state, call[0], array.kind);
    if (offset > array.length || elements.size() > array.length - offset) throw RangeError("Offset is out of bounds");
    for (std::size_t i = 0; i < elements.size(); ++i) store(array.kind, array.place(offset + i), elements[i]);
    return {};
}

std::pair<std::size_t, std::size_t> bounds(Call& call, std::size_t length) {
    js_State* J = call.state().raw();
    Guard guard(J);
    const int size = static_cast<int>(length);
    const int start = call.has(0) ? relative_index(J, 1, size, 0) : 0;
    const int end = call.has(1) ? relative_index(J, 2, size, size) : size;
    return {static_cast<std::size_t>(start), static_cast<std::size_t>(std::max(start, end))};
}

Value typed_subarray(Call& call) {
    const TypedArray& array = this_box<TypedArray>(call).value;
    const auto [start, end] = bounds(call, array.length);
    return make_typed_array(call.state(), same_class(call), array.buffer.load(call.state()),
                            array.offset + start * array.element_size(), end - start, array.kind);
}

Value typed_slice(Call& call) {
    const TypedArray& array = this_box<TypedArray>(call).value;
    const auto [start, end] = bounds(call, array.length);
    return make_typed_array(
        call.state(), same_class(call),
        array_buffer(call.state(), std::string(array.place(start), (end - start) * array.element_size())), 0,
        end - start, array.kind);
}

Value typed_map(Call& call) {
    State& state = call.state();
    const TypedArray& array = this_box<TypedArray>(call).value;
    const Value result = new_typed_array(state, same_class(call), array.length, array.kind);
    const TypedArray& to = *result.native<TypedArray>();
    for (std::size_t i = 0; i < array.length; ++i) {
        const Value element = value_of(state, array.kind, load(array.kind, array.place(i)));
        const Value mapped = call[0].call(call[1], {element, i, call.this_value()});
        store(to.kind, to.place(i), to_element(state, to.kind, mapped));
    }
    return result;
}

Value typed_filter(Call& call) {
    const TypedArray& array = this_box<TypedArray>(call).value;
    std::vector<Element> kept;
    for (std::size_t i = 0; i < array.length; ++i) {
        const Element element = load(array.kind, array.place(i));
        const Value value = value_of(call.state(), array.kind, element);
        if (call[0].call(call[1], {value, i, call.this_value()}).truthy()) kept.push_back(element);
    }
    return filled_typed_array(call.state(), same_class(call), kept, array.kind);
}

std::vector<Element> sorted(Call& call, const TypedArray& array) {
    std::vector<Element> elements;
    for (std::size_t i = 0; i < array.length; ++i) elements.push_back(load(array.kind, array.place(i)));
    if (!call[0].is_function()) {
        // NaN last, −0 before +0.
        std::sort(elements.begin(), elements.end(), [&](const Element& left, const Element& right) {
            if (array.kind == Kind::big_uint64) return left.bits < right.bits;
            if (is_big(array.kind)) return static_cast<std::int64_t>(left.bits) < static_cast<std::int64_t>(right.bits);
            const double a = left.number;
            const double b = right.number;
            if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
            return a < b || (a == b && std::signbit(a) && !std::signbit(b));
        });
        return elements;
    }
    State& state = call.state();
    std::vector<Value> values;
    for (const Element& element : elements) values.push_back(value_of(state, array.kind, element));
    const Value list = state.array(values);
    const Value result = list.get("sort").call(list, {call[0]});
    for (std::size_t i = 0; i < elements.size(); ++i) {
        elements[i] = element_of(array.kind, Internal::raw(result.at(i)));
    }
    return elements;
}

Value typed_sort(Call& call) {
    const TypedArray& array = this_box<TypedArray>(call).value;
    const std::vector<Element> numbers = sorted(call, array);
    for (std::size_t i = 0; i < numbers.size(); ++i) store(array.kind, array.place(i), numbers[i]);
    return call.this_value();
}

Value typed_to_sorted(Call& call) {
    const TypedArray& array = this_box<TypedArray>(call).value;
    return filled_typed_array(call.state(), same_class(call), sorted(call, array), array.kind);
}

Value typed_to_reversed(Call& call) {
    const TypedArray& array = this_box<TypedArray>(call).value;
    std::vector<Element> elements;
    for (std::size_t i = array.length; i > 0; --i) elements.push_back(load(array.kind, array.place(i - 1)));
    return filled_typed_array(call.state(), same_class(call), elements, array.kind);
}

Value typed_with(Call& call) {
    const Value copy = typed_slice(call);
    const TypedArray& array = *copy.native<TypedArray>();
    const double position = call.number(0);
    const double index =
        (std::isnan(position) ? 0 : std::trunc(position)) + (position < 0 ? static_cast<double>(array.length) : 0);
    if (index < 0 || index >= static_cast<double>(array.length)) throw RangeError("Invalid typed array index");
    store(array.kind, array.place(static_cast<std::size_t>(index)), to_element(call.state(), array.kind, call[1]));
    return copy;
}

/// Those functions of arrays that work on anything with a length and indices.
constexpr const char* borrowed_names[] = {
    "at",          "copyWithin",    "entries",     "every",    "fill",    "find",     "findIndex",
    "findLast",    "findLastIndex", "forEach",     "includes", "indexOf", "join",     "keys",
    "lastIndexOf", "reduce",        "reduceRight", "reverse",  "some",    "toString", "values"};

template <std::size_t index>
Value borrowed(Call& call) {
    State& state = call.state();
    this_box<TypedArray>(call);
    std::vector<Value> arguments;
    for (std::size_t i = 0; i < call.size(); ++i) arguments.push_back(call[i]);
    return to_value(state, object_value(state.raw()->Array_prototype))
        .get(borrowed_names[index])
        .call(call.this_value(), arguments);
}

Value typed_length(Call& call) { return this_box<TypedArray>(call).value.length; }
Value typed_byte_offset(Call& call) { return this_box<TypedArray>(call).value.offset; }
Value typed_buffer(Call& call) { return this_box<TypedArray>(call).value.buffer.load(call.state()); }
Value typed_byte_length(Call& call) {
    const TypedArray& array = this_box<TypedArray>(call).value;
    return array.length * array.element_size();
}
Value typed_tag(Call& call) {
    const auto* box = native_box<TypedArray>(this_raw(call));
    return box == nullptr ? Value() : call.state().string(kind_names[static_cast<std::size_t>(box->value.kind)]);
}

constexpr FunctionDefinition typed_methods[] = {
    {"at", 1, borrowed<0>},
    {"copyWithin", 2, borrowed<1>},
    {"entries", 0, borrowed<2>},
    {"every", 1, borrowed<3>},
    {"fill", 1, borrowed<4>},
    {"filter", 1, typed_filter},
    {"find", 1, borrowed<5>},
    {"findIndex", 1, borrowed<6>},
    {"findLast", 1, borrowed<7>},
    {"findLastIndex", 1, borrowed<8>},
    {"forEach", 1, borrowed<9>},
    {"includes", 1, borrowed<10>},
    {"indexOf", 1, borrowed<11>},
    {"join", 1, borrowed<12>},
    {"keys", 0, borrowed<13>},
    {"lastIndexOf", 1, borrowed<14>},
    {"map", 1, typed_map},
    {"reduce", 1, borrowed<15>},
    {"reduceRight", 1, borrowed<16>},
    {"reverse", 0, borrowed<17>},
    {"set", 1, typed_set},
    {"slice", 2, typed_slice},
    {"some", 1, borrowed<18>},
    {"sort", 1, typed_sort},
    {"subarray", 2, typed_subarray},
    {"toReversed", 0, typed_to_reversed},
    {"toSorted", 1, typed_to_sorted},
    {"toString", 0, borrowed<19>},
    {"values", 0, borrowed<20>},
    {"with", 2, typed_with},
    {"@@iterator", 0, borrowed<20>},
};
constexpr AccessorDefinition typed_accessors[] = {
    {"buffer", typed_buffer}, {"byteLength", typed_byte_length}, {"byteOffset", typed_byte_offset},
    {"length", typed_length}, {"@@toStringTag", typed_tag},
};

// Statics of %TypedArray%, which all the classes inherit; `this` is one of them.

Value typed_of(Call& call) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < call.size(); ++i) values.push_back(call[i]);
    const Value list = call.state().array(values);
    return call.this_value().construct(std::vector<Value>{list});
}

Value typed_from(Call& call) {
    const Value list = call.state().global().get("Array").get("from").call({}, {call[0], call[1], call[2]});
    return call.this_value().construct(std::vector<Value>{list});
}

constexpr FunctionDefinition typed_statics[] = {
    {"from", 1, typed_from},
    {"of", 0, typed_of},
};

constexpr ClassDefinition base_class{
    .name = "TypedArray",
    .construct = [](Call&) -> Value { throw TypeError("Abstract class TypedArray not directly constructable"); },
    .methods = typed_methods,
    .accessors = typed_accessors,
    .statics = typed_statics,
};

template <Kind kind>
constexpr ClassDefinition typed_class(Literal name) {
    return {.name = name, .length = 3, .construct = construct_typed_array<kind>};
}

constexpr ClassDefinition typed_classes[kind_count] = {
    typed_class<Kind::int8>("Int8Array"),
    typed_class<Kind::uint8>("Uint8Array"),
    typed_class<Kind::uint8_clamped>("Uint8ClampedArray"),
    typed_class<Kind::int16>("Int16Array"),
    typed_class<Kind::uint16>("Uint16Array"),
    typed_class<Kind::int32>("Int32Array"),
    typed_class<Kind::uint32>("Uint32Array"),
    typed_class<Kind::float32>("Float32Array"),
    typed_class<Kind::float64>("Float64Array"),
    typed_class<Kind::big_int64>("BigInt64Array"),
    typed_class<Kind::big_uint64>("BigUint64Array"),
};

// ---- DataView

Value construct_view(Call& call) {
    const Value buffer = call[0];
    const ArrayBuffer* data = buffer.native<ArrayBuffer>();
    if (data == nullptr) throw TypeError("First argument to DataView constructor must be an ArrayBuffer");
    const std::size_t offset = to_index(call.number(1), "offset");
    if (offset > data->bytes.size()) throw RangeError("Start offset is outside the bounds of the buffer");
    std::size_t length = data->bytes.size() - offset;
    if (call.has(2)) {
        const std::size_t wanted = to_index(call.number(2), "DataView length");
        if (wanted > length) throw RangeError("Invalid DataView length");
        length = wanted;
    }
    return call.native<DataView>(TracedValue(buffer), buffer.native<ArrayBuffer>(), offset, length);
}

char* view_place(Call& call, Kind kind) {
    const DataView& view = this_box<DataView>(call).value;
    const std::size_t offset = to_index(call.number(0), "offset");
    const std::size_t size = element_sizes[static_cast<std::size_t>(kind)];
    if (offset > view.length || size > view.length - offset) {
        throw RangeError("Offset is outside the bounds of the DataView");
    }
    return view.data->bytes.data() + view.offset + offset;
}

constexpr bool host_is_little = std::endian::native == std::endian::little;

template <Kind kind>
Value view_get(Call& call) {
    return value_of(call.state(), kind, load(kind, view_place(call, kind), call.truthy(1) != host_is_little));
}

template <Kind kind>
Value view_set(Call& call) {
    const Element element = to_element(call.state(), kind, call[1]);
    store(kind, view_place(call, kind), element, call.truthy(2) != host_is_little);
    return {};
}

Value view_byte_length(Call& call) { return this_box<DataView>(call).value.length; }
Value view_byte_offset(Call& call) { return this_box<DataView>(call).value.offset; }
Value view_buffer(Call& call) { return this_box<DataView>(call).value.buffer.load(call.state()); }

constexpr FunctionDefinition view_methods[] = {
    {"getInt8", 1, view_get<Kind::int8>},          {"getUint8", 1, view_get<Kind::uint8>},
    {"getInt16", 1, view_get<Kind::int16>},        {"getUint16", 1, view_get<Kind::uint16>},
    {"getInt32", 1, view_get<Kind::int32>},        {"getUint32", 1, view_get<Kind::uint32>},
    {"getFloat32", 1, view_get<Kind::float32>},    {"getFloat64", 1, view_get<Kind::float64>},
    {"setInt8", 2, view_set<Kind::int8>},          {"setUint8", 2, view_set<Kind::uint8>},
    {"setInt16", 2, view_set<Kind::int16>},        {"setUint16", 2, view_set<Kind::uint16>},
    {"setInt32", 2, view_set<Kind::int32>},        {"setUint32", 2, view_set<Kind::uint32>},
    {"setFloat32", 2, view_set<Kind::float32>},    {"setFloat64", 2, view_set<Kind::float64>},
    {"getBigInt64", 1, view_get<Kind::big_int64>}, {"getBigUint64", 1, view_get<Kind::big_uint64>},
    {"setBigInt64", 2, view_set<Kind::big_int64>}, {"setBigUint64", 2, view_set<Kind::big_uint64>},
};
constexpr AccessorDefinition view_accessors[] = {
    {"buffer", view_buffer},
    {"byteLength", view_byte_length},
    {"byteOffset", view_byte_offset},
};
constexpr ClassDefinition view_class{
    .name = "DataView", .length = 1, .construct = construct_view, .methods = view_methods, .accessors = view_accessors};

}  // namespace

Value array_buffer(State& state, std::string bytes) {
    const std::size_t size = bytes.size();
    return state.native<ArrayBuffer>(state.hidden("ArrayBuffer.prototype"), size, std::move(bytes));
}

std::optional<std::span<std::byte>> bytes_of(const Value& value) {
    const auto span = [](ArrayBuffer& buffer, std::size_t offset, std::size_t length) {
        return std::span(reinterpret_cast<std::byte*>(buffer.bytes.data()) + offset, length);
    };
    if (auto* buffer = value.native<ArrayBuffer>()) return span(*buffer, 0, buffer->bytes.size());
    if (auto* array = value.native<TypedArray>()) {
        return span(*array->data, array->offset, array->length * array->element_size());
    }
    if (auto* view = value.native<DataView>()) return span(*view->data, view->offset, view->length);
    return std::nullopt;
}

bool is_array_buffer(const Value& value) { return value.native<ArrayBuffer>() != nullptr; }

bool is_uint8_array(const Value& value) {
    const auto* array = value.native<TypedArray>();
    return array != nullptr && array->kind == Kind::uint8;
}

Value uint8_array(State& state, std::string bytes) {
    const std::size_t size = bytes.size();
    return make_typed_array(state, state.global().get("Uint8Array").get("prototype"),
                            array_buffer(state, std::move(bytes)), 0, size, Kind::uint8);
}

void install_array_buffer(State& state) {
    const Value global = state.global();
    const Value buffer = state.define_class(buffer_class);
    buffer.get("prototype").define("@@toStringTag", state.literal("ArrayBuffer"));
    state.set_hidden("ArrayBuffer.prototype", buffer.get("prototype"));
    global.define("ArrayBuffer", buffer);

    const Value base_constructor = state.define_class(base_class);
    const Value base = base_constructor.get("prototype");
    define_species(state, Internal::raw(base_constructor).u.object);
    define_species(state, Internal::raw(buffer).u.object);
    for (const ClassDefinition& definition : typed_classes) {
        const Value constructor = state.define_class(definition);
        const Value prototype = constructor.get("prototype");
        prototype.set_prototype(base);
        constructor.set_prototype(base_constructor);
        const auto kind = static_cast<std::size_t>(&definition - typed_classes);
        const auto fixed = Attributes::read_only | Attributes::hidden | Attributes::permanent;
        constructor.define("BYTES_PER_ELEMENT", element_sizes[kind], fixed);
        prototype.define("BYTES_PER_ELEMENT", element_sizes[kind], fixed);
        global.define(definition.name.view(), constructor);
    }
    const Value view = state.define_class(view_class);
    view.get("prototype").define("@@toStringTag", state.literal("DataView"));
    global.define("DataView", view);
}

}  // namespace k6::js
