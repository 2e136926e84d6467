// Map, Set, WeakMap, WeakSet.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "js/builtins/iterators.h"
#include "js/builtins/library.h"

namespace k6::js {
namespace {

class OrderedTable;

/// Where an iteration over a table stands. The table moves it along when it closes gaps.
class Position {
public:
    explicit Position(const OrderedTable& table);
    Position(const Position&) = delete;
    Position& operator=(const Position&) = delete;
    ~Position() {
        positions_->back()->place_ = place_;
        std::swap((*positions_)[place_], positions_->back());
        positions_->pop_back();
    }

    std::uint32_t next = 0;

private:
    // Shared with the table, which may go first.
    std::shared_ptr<std::vector<Position*>> positions_;
    std::size_t place_;
};

/// A hash table that remembers the order of insertion. Removed entries leave gaps, which are closed when the table has
/// to make room.
class OrderedTable {
public:
    static constexpr std::uint32_t none = UINT32_MAX;
    struct Entry {
        js_Value key;
        js_Value value;
        std::uint32_t next;
        bool removed;
    };

    std::uint32_t find(const js_Value& key) const {
        if (buckets_.empty()) return none;
        for (std::uint32_t i = buckets_[hash(key) & (buckets_.size() - 1)]; i != none; i = entries_[i].next) {
            if (!entries_[i].removed && same_value_zero(entries_[i].key, key)) return i;
        }
        return none;
    }

    /// As a key: −0 becomes +0.
    static js_Value normal(const js_Value& key) {
        return key.t.type == JS_TNUMBER && key.u.number == 0 ? number_value(0) : key;
    }

    void set(const js_Value& key, const js_Value& value) {
        const std::uint32_t found = find(key);
        if (found != none) {
            entries_[found].value = value;
            return;
        }
        if (entries_.size() >= buckets_.size()) grow();
        const js_Value stored = normal(key);
        std::uint32_t& bucket = buckets_[hash(stored) & (buckets_.size() - 1)];
        entries_.push_back({stored, value, bucket, false});
        bucket = static_cast<std::uint32_t>(entries_.size() - 1);
        ++size_;
    }

    bool remove(const js_Value& key) {
        const std::uint32_t found = find(key);
        if (found == none) return false;
        entries_[found].removed = true;
        entries_[found].key = entries_[found].value = undefined_value();
        --size_;
        return true;
    }

    void clear() {
        entries_.clear();
        std::fill(buckets_.begin(), buckets_.end(), none);
        size_ = 0;
        for (Position* position : *positions_) position->next = 0;
    }

    std::size_t size() const { return size_; }
    const Entry& entry(std::uint32_t index) const { return entries_[index]; }
    /// The first entry from `index` on that is there, or none.
    std::uint32_t next_from(std::uint32_t index) const {
        while (index < entries_.size() && entries_[index].removed) ++index;
        return index < entries_.size() ? index : none;
    }
    std::size_t bytes() const { return entries_.capacity() * sizeof(Entry) + buckets_.capacity() * 4; }

    void trace(Tracer& tracer) const {
        for (const Entry& entry : entries_) {
            tracer.visit(TracedValue::from_raw(std::bit_cast<RawValue>(entry.key)));
            tracer.visit(TracedValue::from_raw(std::bit_cast<RawValue>(entry.value)));
        }
    }

private:
    friend class Position;

    static std::uint64_t mix(std::uint64_t x) {
        x ^= x >> 32;
        x *= 0xd6e8feb86659fd93;
        x ^= x >> 32;
        return x;
    }

    static std::uint64_t hash(const js_Value& value) {
        switch (value.t.type) {
            case JS_TUNDEFINED:
                return 1;
            case JS_TNULL:
                return 2;
            case JS_TBOOLEAN:
                return 3 + static_cast<std::uint64_t>(value.u.boolean);
            case JS_TNUMBER:
                if (std::isnan(value.u.number)) return 5;
                return mix(std::bit_cast<std::uint64_t>(value.u.number == 0 ? 0.0 : value.u.number));
            case JS_TOBJECT:
                return mix(reinterpret_cast<std::uintptr_t>(value.u.object));
            case type_bigint:
                return mix(bigint_to_uint64(value));
            default: {
                std::uint64_t h = 14695981039346656037U;  // FNV-1a
                const char* c = is_symbol(value) ? value.u.memstr->p : string_bytes(value);
                for (; *c != 0; ++c) {
                    h = (h ^ static_cast<unsigned char>(*c)) * 1099511628211U;
                }
                return h;
            }
        }
    }

    void close_gaps() {
        std::vector<std::uint32_t> kept_before(entries_.size() + 1);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            kept_before[i + 1] = kept_before[i] + (entries_[i].removed ? 0 : 1);
        }
        for (Position* position : *positions_) {
            position->next = kept_before[std::min<std::size_t>(position->next, entries_.size())];
        }
        std::erase_if(entries_, [](const Entry& entry) { return entry.removed; });
    }

    void grow() {
        if (size_ < entries_.size()) close_gaps();
        const std::size_t wanted = std::bit_ceil(std::max<std::size_t>(8, entries_.size() * 2));
        buckets_.assign(wanted, none);
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].removed) continue;
            std::uint32_t& bucket = buckets_[hash(entries_[i].key) & (wanted - 1)];
            entries_[i].next = bucket;
            bucket = i;
        }
    }

    std::vector<Entry> entries_;
    std::vector<std::uint32_t> buckets_;
    std::size_t size_ = 0;
    std::shared_ptr<std::vector<Position*>> positions_ = std::make_shared<std::vector<Position*>>();
};

Position::Position(const OrderedTable& table) : positions_(table.positions_), place_(positions_->size()) {
    positions_->push_back(this);
}

struct Map {
    static constexpr const char* js_name = "Map";
    void js_trace(Tracer& tracer) const { table.trace(tracer); }
    OrderedTable table;
};

struct Set {
    static constexpr const char* js_name = "Set";
    void js_trace(Tracer& tracer) const { table.trace(tracer); }
    OrderedTable table;
};

template <class Collection>
void changed(State& state, NativeBox<Collection>& box) {
    const std::size_t bytes = box.value.table.bytes();
    if (bytes != box.external_bytes) account(state, box, bytes);
}

/// Live iteration over a Map or Set: sees entries added meanwhile.
template <class Collection>
struct CollectionIterator {
    static constexpr const char* js_name = "Collection Iterator";
    void js_trace(Tracer& tracer) const { tracer.visit(collection); }
    TracedValue collection;  // undefined once it has ended
    std::unique_ptr<Position> position;
    IterationKind kind = IterationKind::values;
};

template <class Collection>
Value iterator_next(Call& call) {
    using Iterator = CollectionIterator<Collection>;
    State& state = call.state();
    js_State* J = state.raw();
    Iterator& iterator = this_box<Iterator>(call).value;
    Guard guard(J);
    auto* box = native_box<Collection>(std::bit_cast<js_Value>(iterator.collection.raw()));
    if (box == nullptr) return to_value(state, iterator_result(J, undefined_value(), true));
    const std::uint32_t index = box->value.table.next_from(iterator.position->next);
    if (index == OrderedTable::none) {
        iterator.position.reset();
        iterator.collection = TracedValue();
        return to_value(state, iterator_result(J, undefined_value(), true));
    }
    iterator.position->next = index + 1;
    const OrderedTable::Entry& entry = box->value.table.entry(index);
    if (iterator.kind == IterationKind::keys) return to_value(state, iterator_result(J, entry.key, false));
    if (iterator.kind == IterationKind::values) return to_value(state, iterator_result(J, entry.value, false));
    js_Object* pair = new_array(J);
    append_raw(J, pair, entry.key);
    append_raw(J, pair, entry.value);
    return to_value(state, iterator_result(J, object_value(pair), false));
}

template <class Collection, IterationKind kind>
Value make_iterator(Call& call) {
    State& state = call.state();
    return state.native<CollectionIterator<Collection>>(
        state.hidden(std::is_same_v<Collection, Map> ? "Map Iterator" : "Set Iterator"), 0,
        TracedValue(call.this_value()), std::make_unique<Position>(this_box<Collection>(call).value.table), kind);
}

template <class Collection>
Value has(Call& call) {
    return this_box<Collection>(call).value.table.find(argument_raw(call, 0)) != OrderedTable::none;
}

template <class Collection>
Value remove(Call& call) {
    return this_box<Collection>(call).value.table.remove(argument_raw(call, 0));
}

template <class Collection>
Value clear(Call& call) {
    this_box<Collection>(call).value.table.clear();
    return {};
}

template <class Collection>
Value size(Call& call) {
    return this_box<Collection>(call).value.table.size();
}

template <class Collection>
Value for_each(Call& call) {
    State& state = call.state();
    OrderedTable& table = this_box<Collection>(call).value.table;
    const Value function = call[0];
    if (!function.is_function()) throw TypeError("forEach needs a function");
    const Value self = call.this_value();
    Position position(table);
    for (;;) {
        const std::uint32_t index = table.next_from(position.next);
        if (index == OrderedTable::none) break;
        position.next = index + 1;
        const OrderedTable::Entry& entry = table.entry(index);
        function.call(call[1], {to_value(state, entry.value), to_value(state, entry.key), self});
    }
    return {};
}

Value map_get(Call& call) {
    const OrderedTable& table = this_box<Map>(call).value.table;
    const std::uint32_t found = table.find(argument_raw(call, 0));
    return found == OrderedTable::none ? Value() : to_value(call.state(), table.entry(found).value);
}

Value map_set(Call& call) {
    auto& box = this_box<Map>(call);
    box.value.table.set(argument_raw(call, 0), argument_raw(call, 1));
    changed(call.state(), box);
    return call.this_value();
}

Value set_add(Call& call) {
    auto& box = this_box<Set>(call);
    box.value.table.set(argument_raw(call, 0), OrderedTable::normal(argument_raw(call, 0)));
    changed(call.state(), box);
    return call.this_value();
}

/// The values of the constructor's argument go through the object's own `set` or `add`, as subclasses may replace it.
template <class Collection>
Value construct(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    const Value result = call.native<Collection>();
    js_Object* prototype = runtime_of(J).new_prototype;
    if (argument_raw(call, 0).t.type == JS_TUNDEFINED || argument_raw(call, 0).t.type == JS_TNULL) return result;
    if (prototype != nullptr) {
        result.set_prototype(to_value(state, object_value(prototype)));
        constexpr bool is_map = std::is_same_v<Collection, Map>;
        const Value add = result.get(is_map ? "set" : "add");
        iterate(state, argument_raw(call, 0), [&](const js_Value& item) {
            const Value entry = to_value(state, item);
            if (!is_map) {
                add.call(result, {entry});
                return;
            }
            if (!entry.is_object()) throw TypeError("Iterator value is not an entry object");
            add.call(result, {entry.get("0"), entry.get("1")});
        });
        return result;
    }
    auto& box = *native_box<Collection>(Internal::raw(result));
    iterate(state, argument_raw(call, 0), [&](const js_Value& item) {
        if constexpr (std::is_same_v<Collection, Map>) {
            if (item.t.type != JS_TOBJECT) throw TypeError("Iterator value is not an entry object");
            Guard guard(J);
            js_pushvalue(J, item);
            js_getindex(J, -1, 0);
            js_getindex(J, -2, 1);
            box.value.table.set(*js_tovalue(J, -2), *js_tovalue(J, -1));
        } else {
            box.value.table.set(item, OrderedTable::normal(item));
        }
    });
    changed(state, box);
    return result;
}

constexpr FunctionDefinition map_methods[] = {
    {"clear", 0, clear<Map>},
    {"delete", 1, remove<Map>},
    {"entries", 0, make_iterator<Map, IterationKind::entries>},
    {"forEach", 1, for_each<Map>},
    {"get", 1, map_get},
    {"has", 1, has<Map>},
    {"keys", 0, make_iterator<Map, IterationKind::keys>},
    {"set", 2, map_set},
    {"values", 0, make_iterator<Map, IterationKind::values>},
    {"@@iterator", 0, make_iterator<Map, IterationKind::entries>},
};
constexpr AccessorDefinition map_accessors[] = {{"size", size<Map>}};
constexpr ClassDefinition map_class{
    .name = "Map", .construct = construct<Map>, .methods = map_methods, .accessors = map_accessors};

constexpr FunctionDefinition set_methods[] = {
    {"add", 1, set_add},
    {"clear", 0, clear<Set>},
    {"delete", 1, remove<Set>},
    {"entries", 0, make_iterator<Set, IterationKind::entries>},
    {"forEach", 1, for_each<Set>},
    {"has", 1, has<Set>},
    {"keys", 0, make_iterator<Set, IterationKind::values>},
    {"values", 0, make_iterator<Set, IterationKind::values>},
    {"@@iterator", 0, make_iterator<Set, IterationKind::values>},
};
constexpr AccessorDefinition set_accessors[] = {{"size", size<Set>}};
constexpr ClassDefinition set_class{
    .name = "Set", .construct = construct<Set>, .methods = set_methods, .accessors = set_accessors};

// ---- weak collections: the entry is a hidden property of the key, and goes with it

struct WeakCollection {
    static constexpr const char* js_name = "WeakMap";
    std::string slot;
};

js_Object* weak_key(const Call& call) {
    const js_Value key = argument_raw(call, 0);
    return key.t.type == JS_TOBJECT ? key.u.object : nullptr;
}

void weak_put(State& state, const WeakCollection& collection, js_Object* key, const js_Value& value) {
    js_State* J = state.raw();
    Guard guard(J);
    // Not stopped by Object.freeze.
    const int extensible = key->extensible;
    key->extensible |= 1;
    js_Property* property = jsV_setproperty(J, key, collection.slot.c_str());
    key->extensible = extensible;
    property->value = value;
    property->atts &= ~(JS_READONLY | JS_DONTCONF);
    property->atts |= JS_DONTENUM;
}

js_Property* weak_find(Call& call) {
    const WeakCollection& collection = this_box<WeakCollection>(call).value;
    js_Object* key = weak_key(call);
    return key == nullptr ? nullptr : jsV_getownproperty(call.state().raw(), key, collection.slot.c_str());
}

Value weak_has(Call& call) { return weak_find(call) != nullptr; }

Value weak_get(Call& call) {
    const js_Property* property = weak_find(call);
    return property == nullptr ? Value() : to_value(call.state(), property->value);
}

Value weak_delete(Call& call) {
    if (weak_find(call) == nullptr) return false;
    jsV_delproperty(call.state().raw(), weak_key(call), this_box<WeakCollection>(call).value.slot.c_str());
    return true;
}

Value weak_set(Call& call) {
    js_Object* key = weak_key(call);
    const WeakCollection& collection = this_box<WeakCollection>(call).value;
    if (key == nullptr) throw TypeError("Invalid value used as weak map key");
    weak_put(call.state(), collection, key, argument_raw(call, 1));
    return call.this_value();
}

Value weak_add(Call& call) {
    js_Object* key = weak_key(call);
    const WeakCollection& collection = this_box<WeakCollection>(call).value;
    if (key == nullptr) throw TypeError("Invalid value used in weak set");
    weak_put(call.state(), collection, key, boolean_value(true));
    return call.this_value();
}

template <bool is_map>
Value construct_weak(Call& call) {
    State& state = call.state();
    const std::string slot = "@@internal:weak:" + std::to_string(++Internal::runtime(state).next_symbol);
    const Value result = call.native<WeakCollection>(slot);
    if (call[0].is_nullish()) return result;
    const Value add = result.get(is_map ? "set" : "add");
    iterate(state, argument_raw(call, 0), [&](const js_Value& item) {
        const Value value = to_value(state, item);
        if (is_map) {
            add.call(result, {value.at(0), value.at(1)});
        } else {
            add.call(result, {value});
        }
    });
    return result;
}

constexpr FunctionDefinition weak_map_methods[] = {
    {"delete", 1, weak_delete},
    {"get", 1, weak_get},
    {"has", 1, weak_has},
    {"set", 2, weak_set},
};
constexpr ClassDefinition weak_map_class{
    .name = "WeakMap", .construct = construct_weak<true>, .methods = weak_map_methods};
constexpr FunctionDefinition weak_set_methods[] = {
    {"add", 1, weak_add},
    {"delete", 1, weak_delete},
    {"has", 1, weak_has},
};
constexpr ClassDefinition weak_set_class{
    .name = "WeakSet", .construct = construct_weak<false>, .methods = weak_set_methods};

constexpr FunctionDefinition map_iterator_methods[] = {{"next", 0, iterator_next<Map>}};
constexpr FunctionDefinition set_iterator_methods[] = {{"next", 0, iterator_next<Set>}};

}  // namespace

void install_collections(State& state) {
    const Value global = state.global();
    const auto define = [&](const ClassDefinition& definition) {
        const Value constructor = state.define_class(definition);
        constructor.get("prototype")
            .define("@@toStringTag", state.string(definition.name.view()), Attributes::hidden | Attributes::read_only);
        if (&definition == &map_class || &definition == &set_class) {
            define_species(state, Internal::raw(constructor).u.object);
        }
        global.define(definition.name.view(), constructor);
    };
    define(map_class);
    define(set_class);
    define(weak_map_class);
    define(weak_set_class);
    const auto define_iterator = [&](const char* name, std::span<const FunctionDefinition> methods) {
        const Value prototype = state.object(iterator_prototype(state));
        state.define_functions(prototype, methods);
        prototype.define("@@toStringTag", state.string(name));
        state.set_hidden(name, prototype);
    };
    define_iterator("Map Iterator", map_iterator_methods);
    define_iterator("Set Iterator", set_iterator_methods);
}

}  // namespace k6::js
