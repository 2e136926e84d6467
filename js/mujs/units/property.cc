// The property store: stands in for jsproperty.c.
//
// Lookup goes through a balanced tree per object (an AA tree, as the nodes' `level` suggests), ordered by the first
// eight bytes of the name taken as one number, then by the rest: an order without meaning, made for speed. What
// scripts see is the insertion order: each node carries its sequence number in the upper bits of `atts`.
//
// Properties may be lazy: members of native tables, `prototype`, `length` and `name` of functions, `stack` of errors,
// and the lazy properties of native objects come into being when a lookup asks for them, or before enumeration.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "js/mujs/runtime.h"
#include "js/mujs/units/property_key.h"

namespace k6::js {
namespace {

constexpr int sequence_shift = 3;
constexpr int attribute_mask = (1 << sequence_shift) - 1;
constexpr int max_sequence = (1 << (31 - sequence_shift)) - 2;

/// Stands for "no child" and is never written: states on several threads share it.
js_Property* leaf() {
    static js_Property sentinel = {&sentinel, &sentinel, 0, 0, {{{0}, JS_TUNDEFINED}}, nullptr, nullptr, ""};
    return &sentinel;
}

js_Property* new_property(js_State* J, js_Object* object, const Key& key) {
    const std::size_t room = std::max<std::size_t>(key.size + 1, 8);
    auto* node = static_cast<js_Property*>(js_malloc(J, static_cast<int>(offsetof(js_Property, name) + room)));
    node->left = node->right = leaf();
    node->level = 1;
    node->atts = object->count++ << sequence_shift;
    node->value = undefined_value();
    node->getter = nullptr;
    node->setter = nullptr;
    std::memset(node->name, 0, 8);
    std::memcpy(node->name, key.text, key.size);
    node->name[key.size] = 0;
    return node;
}

js_Property* root_of(js_Object* object) { return object->properties == nullptr ? leaf() : object->properties; }

js_Property* find(js_Object* object, const Key& key) {
    js_Property* node = root_of(object);
    while (node != leaf()) {
        const int order = key.compare(node);
        if (order == 0) return node;
        node = order < 0 ? node->left : node->right;
    }
    return nullptr;
}

js_Property* skew(js_Property* node) {
    if (node == leaf() || node->left->level != node->level) return node;
    js_Property* up = node->left;
    node->left = up->right;
    up->right = node;
    return up;
}

js_Property* split(js_Property* node) {
    if (node == leaf() || node->right->right->level != node->level) return node;
    js_Property* up = node->right;
    node->right = up->left;
    up->left = node;
    ++up->level;
    return up;
}

js_Property* insert_node(js_Property* tree, js_Property* node, const Key& key) {
    if (tree == leaf()) return node;
    if (key.compare(tree) < 0) {
        tree->left = insert_node(tree->left, node, key);
    } else {
        tree->right = insert_node(tree->right, node, key);
    }
    return split(skew(tree));
}

/// After a removal below: lowers the levels that became too high and repairs the horizontal links.
js_Property* rebalance(js_Property* tree) {
    const int wanted = std::min(tree->left->level, tree->right->level) + 1;
    if (tree->level <= wanted) return tree;
    tree->level = wanted;
    if (tree->right->level > wanted) tree->right->level = wanted;
    tree = skew(tree);
    tree->right = skew(tree->right);
    if (tree->right != leaf()) tree->right->right = skew(tree->right->right);
    tree = split(tree);
    tree->right = split(tree->right);
    return tree;
}

js_Property* remove_first(js_Property* tree, js_Property** first) {
    if (tree->left == leaf()) {
        *first = tree;
        return tree->right;
    }
    tree->left = remove_first(tree->left, first);
    return rebalance(tree);
}

js_Property* remove_node(js_Property* tree, const Key& key, js_Property** removed) {
    if (tree == leaf()) return tree;
    const int order = key.compare(tree);
    if (order < 0) {
        tree->left = remove_node(tree->left, key, removed);
    } else if (order > 0) {
        tree->right = remove_node(tree->right, key, removed);
    } else {
        *removed = tree;
        if (tree->right == leaf()) return tree->left;
        js_Property* successor = nullptr;
        js_Property* right = remove_first(tree->right, &successor);
        successor->left = tree->left;
        successor->right = right;
        successor->level = tree->level;
        tree = successor;
    }
    return rebalance(tree);
}

template <class Visit>
void visit_tree(js_Property* node, Visit&& visit) {
    if (node == leaf()) return;
    visit_tree(node->left, visit);
    visit(node);
    visit_tree(node->right, visit);
}

/// Once in 2^28 insertions into one object: numbers its properties anew.
void renumber(js_State* J, js_Object* object) {
    order_properties(J, object, KeyFilter::all, false);
    // Symbols are numbered after the others: nobody can see where between them they stood.
    std::vector<std::pair<std::uint64_t, js_Property*>> ordered = runtime_of(J).enumeration;
    order_properties(J, object, KeyFilter::all, true);
    ordered.insert(ordered.end(), runtime_of(J).enumeration.begin(), runtime_of(J).enumeration.end());
    int sequence = 0;
    for (auto& [order, property] : ordered) {
        property->atts = (property->atts & attribute_mask) | (sequence++ << sequence_shift);
    }
    object->count = sequence;
}

js_Property* insert(js_State* J, js_Object* object, const Key& key) {
    if (object->count >= max_sequence) renumber(J, object);
    js_Property* node = new_property(J, object, key);
    object->properties = insert_node(root_of(object), node, key);
    return node;
}

js_Property* insert_at(js_State* J, js_Object* object, const Key& key, std::uint32_t sequence, int attributes) {
    js_Property* node = new_property(J, object, key);
    --object->count;
    node->atts = static_cast<int>(sequence << sequence_shift) | attributes;
    object->properties = insert_node(root_of(object), node, key);
    return node;
}

js_Property* insert_hidden(js_State* J, js_Object* object, const Key& key, const js_Value& value, int attributes) {
    js_Property* node = insert(J, object, key);
    node->atts |= attributes;
    node->value = value;
    return node;
}

// ---- lazy properties

const char* table_name(const Runtime& runtime, const LazyTable& table, std::size_t index) {
    switch (table.kind) {
        case LazyTable::Kind::stock:
            return runtime.stock[table.first_stock + index].name;
        case LazyTable::Kind::engine:
            return static_cast<const StockFunction*>(table.entries)[index].name;
        case LazyTable::Kind::functions:
            return static_cast<const FunctionDefinition*>(table.entries)[index].name.c_str();
        case LazyTable::Kind::accessors:
            return static_cast<const AccessorDefinition*>(table.entries)[index].name.c_str();
        case LazyTable::Kind::installers:
            return static_cast<const Installer*>(table.entries)[index].name;
    }
    return "";
}

js_Property* make_entry(js_State* J, js_Object* object, std::uint32_t table_index, std::size_t index) {
    Runtime& runtime = runtime_of(J);
    runtime.tables[table_index].made |= std::uint64_t{1} << index;
    const LazyTable table = runtime.tables[table_index];  // a copy: the vector may grow below
    js_Property* node = nullptr;
    switch (table.kind) {
        case LazyTable::Kind::stock:
        case LazyTable::Kind::engine: {
            const StockFunction stock = table.kind == LazyTable::Kind::stock
                                            ? runtime.stock[table.first_stock + index]
                                            : static_cast<const StockFunction*>(table.entries)[index];
            js_Object* function = new_stock_function(J, stock);
            node = insert_at(J, object, Key(stock.name), table.sequence + static_cast<std::uint32_t>(index),
                             table.attributes);
            node->value = object_value(function);
            break;
        }
        case LazyTable::Kind::functions: {
            const auto& entry = static_cast<const FunctionDefinition*>(table.entries)[index];
            js_Object* function = new_native_function(J, entry.name.c_str(), entry.length, entry.function);
            node = insert_at(J, object, Key(entry.name.c_str()), table.sequence + static_cast<std::uint32_t>(index),
                             table.attributes);
            node->value = object_value(function);
            break;
        }
        case LazyTable::Kind::accessors: {
            const auto& entry = static_cast<const AccessorDefinition*>(table.entries)[index];
            js_Object* get = new_native_function(J, entry.name.c_str(), 0, entry.get);
            js_Object* set = entry.set == nullptr ? nullptr : new_native_function(J, entry.name.c_str(), 1, entry.set);
            node = insert_at(J, object, Key(entry.name.c_str()), table.sequence + static_cast<std::uint32_t>(index),
                             table.attributes);
            node->getter = get;
            node->setter = set;
            break;
        }
        case LazyTable::Kind::installers: {
            const auto& entry = static_cast<const Installer*>(table.entries)[index];
            if (std::find(runtime.installed.begin(), runtime.installed.end(), entry.install) ==
                runtime.installed.end()) {
                runtime.installed.push_back(entry.install);
                run_native(J, [&] { entry.install(*runtime.state); });
            }
            node = find(object, Key(entry.name));
            break;
        }
    }
    return node;
}

/// Where a lazy entry of this name stands that was not made yet; index -1 if nowhere.
struct TablePlace {
    std::uint32_t table = 0;
    int index = -1;
};

TablePlace find_entry(js_State* J, js_Object* object, const Key& key) {
    Runtime& runtime = runtime_of(J);
    const std::uint64_t initial = std::uint64_t{1} << (static_cast<unsigned char>(key.text[0]) & 63);
    for (auto i = static_cast<std::uint32_t>(object->gcmark >> object_bits::table_shift); i != 0;
         i = runtime.tables[i].next) {
        const LazyTable& table = runtime.tables[i];
        if ((table.initials & initial) == 0) continue;
        for (int index = 0; index < table.count; ++index) {
            if ((table.made >> index & 1) != 0) continue;
            const char* name = table_name(runtime, table, static_cast<std::size_t>(index));
            if (name[0] == key.text[0] && std::strcmp(name, key.text) == 0) return {i, index};
        }
    }
    return {};
}

NativeHeader* lazy_native(js_Object* object) {
    if (!is_native_object(object)) return nullptr;
    auto* header = static_cast<NativeHeader*>(object->u.user.data);
    return header->type->lazy_count == 0 ? nullptr : header;
}

int find_native(const NativeHeader& header, const Key& key) {
    const int index = header.type->lazy_find({key.text, key.size});
    return index >= 0 && (header.materialised >> index & 1) == 0 ? index : -1;
}

js_Property* make_native_property(js_State* J, js_Object* object, NativeHeader& header, int index) {
    header.materialised |= std::uint64_t{1} << index;
    js_Value value = undefined_value();
    run_native(J, [&] { value = Internal::raw(header.type->lazy_value(header, static_cast<std::size_t>(index))); });
    js_Property* node = insert_at(J, object, Key(header.type->lazy_name(static_cast<std::size_t>(index))),
                                  static_cast<std::uint32_t>(index), 0);
    node->value = value;
    return node;
}

bool is_generator(const js_Object* function) {
    const auto kind = function_kind(function->u.f.function);
    return kind == FunctionSource::Kind::generator || kind == FunctionSource::Kind::async_generator;
}

bool has_prototype(const js_Object* function) {
    return (function->gcmark & object_bits::not_constructor) == 0 || is_generator(function);
}

/// Which of a function's own lazy properties the name means; 0: none that is still to be made.
int function_bit(const js_Object* object, const Key& key) {
    int bit = 0;
    if (key.size == 9 && std::memcmp(key.text, "prototype", 9) == 0) {
        if (object->type != JS_CFUNCTION || !has_prototype(object)) return 0;
        bit = object_bits::prototype_made;
    } else if (key.size == 6 && std::memcmp(key.text, "length", 6) == 0) {
        bit = object_bits::length_made;
    } else if (key.size == 4 && std::memcmp(key.text, "name", 4) == 0) {
        bit = object_bits::name_made;
    }
    return (object->gcmark & bit) != 0 ? 0 : bit;
}

int function_length(const js_Function* function) {
    const int declared = function_traits(function) >> 8;
    return declared != 0 ? declared - 1 : function->numparams;
}

const char* function_name(js_State* J, const js_Function* function) {
    if (function->name[0] != '$') return function->name;
    return js_intern(J, shown_function_name(function->name).c_str());
}

js_Property* make_function_property(js_State* J, js_Object* object, int bit) {
    object->gcmark |= bit;
    if (bit == object_bits::prototype_made) {
        js_Object* prototype = jsV_newobject(J, JS_COBJECT, J->Object_prototype);
        const bool of_class = function_kind(object->u.f.function) == FunctionSource::Kind::class_constructor;
        js_Property* node =
            insert_at(J, object, Key("prototype"), 2, JS_DONTENUM | JS_DONTCONF | (of_class ? JS_READONLY : 0));
        node->value = object_value(prototype);
        if (!is_generator(object)) {
            insert_hidden(J, prototype, Key("constructor"), object_value(object), JS_DONTENUM);
        }
        return node;
    }
    const bool native = object->type == JS_CCFUNCTION;
    if (bit == object_bits::length_made) {
        const int length = native ? std::max(object->u.c.length, object->extensible >> native_length_shift)
                                  : function_length(object->u.f.function);
        js_Property* node = insert_at(J, object, Key("length"), 0, JS_READONLY | JS_DONTENUM);
        node->value = number_value(length);
        return node;
    }
    js_Value name{};
    name.t.type = JS_TLITSTR;
    name.u.litstr = native ? object->u.c.name : function_name(J, object->u.f.function);
    js_Property* node = insert_at(J, object, Key("name"), 1, JS_READONLY | JS_DONTENUM);
    node->value = name;
    return node;
}

bool is_stack(const js_Object* object, const Key& key) {
    return (object->gcmark & object_bits::stack_made) == 0 && object->u.user.data != nullptr && key.size == 5 &&
           std::memcmp(key.text, "stack", 5) == 0;
}

/// "Name: message" by plain lookups, without running script.
std::string error_head(js_State* J, js_Object* error) {
    auto text_of = [&](const char* name) -> std::string {
        js_Property* property = jsV_getproperty(J, error, name);
        if (property == nullptr || !is_string(property->value)) return {};
        return string_bytes(property->value);
    };
    std::string name = text_of("name");
    const std::string message = text_of("message");
    if (message.empty()) return name;
    return name.empty() ? message : name + ": " + message;
}

js_Property* make_stack(js_State* J, js_Object* error) {
    error->gcmark |= object_bits::stack_made;
    js_Value value = undefined_value();
    run_native(J, [&] {
        const auto* captured = static_cast<const CapturedFrames*>(error->u.user.data);
        const std::string text = stack_text(runtime_of(J), error_head(J, error),
                                            {captured->frames, static_cast<std::size_t>(captured->count)});
        Guard guard(J);
        push_text(J, text);
        value = *js_tovalue(J, -1);
    });
    return insert_hidden(J, error, Key("stack"), value, JS_DONTENUM);
}

/// Makes the property if it is a lazy one of the object.
js_Property* make_lazy(js_State* J, js_Object* object, const Key& key) {
    if (object->gcmark >> object_bits::table_shift != 0) {
        const TablePlace place = find_entry(J, object, key);
        if (place.index >= 0) return make_entry(J, object, place.table, static_cast<std::size_t>(place.index));
    }
    switch (object->type) {
        case JS_CFUNCTION:
        case JS_CCFUNCTION: {
            const int bit = function_bit(object, key);
            return bit == 0 ? nullptr : make_function_property(J, object, bit);
        }
        case JS_CERROR:
            return is_stack(object, key) ? make_stack(J, object) : nullptr;
        case JS_CUSERDATA: {
            NativeHeader* header = lazy_native(object);
            if (header == nullptr) return nullptr;
            const int index = find_native(*header, key);
            return index < 0 ? nullptr : make_native_property(J, object, *header, index);
        }
        default:
            return nullptr;
    }
}

/// The property is about to be created otherwise: its lazy form will never come.
void forget_lazy(js_State* J, js_Object* object, const Key& key) {
    if (object->gcmark >> object_bits::table_shift != 0) {
        const TablePlace place = find_entry(J, object, key);
        if (place.index >= 0) runtime_of(J).tables[place.table].made |= std::uint64_t{1} << place.index;
    }
    if (object->type == JS_CFUNCTION || object->type == JS_CCFUNCTION) {
        object->gcmark |= function_bit(object, key);
    } else if (object->type == JS_CERROR) {
        if (is_stack(object, key)) object->gcmark |= object_bits::stack_made;
    } else if (object->type == JS_CUSERDATA) {
        if (NativeHeader* header = lazy_native(object)) {
            const int index = find_native(*header, key);
            if (index >= 0) header->materialised |= std::uint64_t{1} << index;
        }
    }
}

js_Iterator* new_iterator_node(js_State* J, const char* name) {
    const std::size_t size = std::strlen(name) + 1;
    auto* node = static_cast<js_Iterator*>(js_malloc(J, static_cast<int>(offsetof(js_Iterator, name) + size)));
    node->next = nullptr;
    std::memcpy(node->name, name, size);
    return node;
}

bool hidden_by(js_State* J, js_Object* first, const js_Object* last, const char* name) {
    const Key key(name);
    int index;
    for (js_Object* object = first; object != last; object = object->prototype) {
        if (find(object, key) != nullptr) return true;
        if (object->type == JS_CARRAY && object->u.a.simple && js_isarrayindex(J, name, &index) &&
            index < object->u.a.flat_length) {
            return true;
        }
    }
    return false;
}

}  // namespace

js_Value& plain_member(js_State* J, js_Object* object, std::string_view name) {
    const Key key(name);
    js_Property* property = find(object, key);
    return (property != nullptr ? property : insert(J, object, key))->value;
}

js_Property* own_property(js_State* J, js_Object* object, const Key& key) {
    js_Property* property = find(object, key);
    return property != nullptr ? property : make_lazy(J, object, key);
}

namespace {

/// A look at one object after another for one name; the name is looked at only when the cache does not know.
class Search {
public:
    Search(js_State* J, const char* name) : J_(J), runtime_(runtime_of(J)), name_(name) {}

    js_Property* own(js_Object* object) {
        CachedProperty& slot = slot_of(object);
        if (slot.object == object && slot.name == name_) return slot.property;
        if (object->properties == leaf() && object->type == JS_COBJECT &&
            object->gcmark >> object_bits::table_shift == 0) {
            return nullptr;
        }
        if (!key_) key_.emplace(name_);
        js_Property* property = own_property(J_, object, *key_);
        if (property != nullptr) slot_of(object) = {object, name_, property};
        return property;
    }

private:
    CachedProperty& slot_of(const js_Object* object) {
        const auto hash = reinterpret_cast<std::uintptr_t>(object) >> 4 ^ reinterpret_cast<std::uintptr_t>(name_) >> 3;
        return runtime_.property_cache[hash % runtime_.property_cache.size()];
    }

    js_State* J_;
    Runtime& runtime_;
    const char* name_;
    std::optional<Key> key_;
};

bool is_in_store(const js_Object* object) {
    if (object->type == class_proxy) return false;
    if (object->type != JS_CUSERDATA) return true;
    return object->u.user.has == nullptr && object->u.user.put == nullptr;
}

void forget_cached(js_State* J) {
    runtime_of(J).property_cache.fill({});
    ++runtime_of(J).removals;
}

}  // namespace

js_Property* find_variable(js_State* J, const char* name, js_Environment** owner) {
    Search search(J, name);
    for (js_Environment* environment = J->E; environment != nullptr; environment = environment->outer) {
        for (js_Object* object = environment->variables; object != nullptr; object = object->prototype) {
            if (js_Property* property = search.own(object)) {
                *owner = environment;
                return property;
            }
        }
    }
    return nullptr;
}

js_Property* find_named(js_State* J, js_Object* object, const char* name, bool* elsewhere) {
    Search search(J, name);
    for (; object != nullptr; object = object->prototype) {
        if (!is_in_store(object)) {
            *elsewhere = true;
            return nullptr;
        }
        if (js_Property* property = search.own(object)) return property;
    }
    return nullptr;
}

js_Property* find_own_named(js_State* J, js_Object* object, const char* name) {
    return is_in_store(object) ? Search(J, name).own(object) : nullptr;
}

int indexed_count(const js_Object* object) {
    if (object->type == JS_CARRAY) return object->u.a.simple ? object->u.a.flat_length : 0;
    if (object->type == JS_CSTRING) return object->u.s.length;
    if (!is_native_object(object)) return 0;
    auto* header = static_cast<NativeHeader*>(object->u.user.data);
    return header->type->index_count == nullptr ? 0 : static_cast<int>(header->type->index_count(*header));
}

js_Property* property_root(js_Object* object) { return root_of(object) == leaf() ? nullptr : object->properties; }
js_Property* property_left(js_Property* node) { return node->left == leaf() ? nullptr : node->left; }
js_Property* property_right(js_Property* node) { return node->right == leaf() ? nullptr : node->right; }

void free_properties(js_State* J, js_Property* node) {
    if (node == nullptr) return;
    free_properties(J, property_left(node));
    free_properties(J, property_right(node));
    js_free(J, node);
}

void attach_table(js_State* J, js_Object* object, LazyTable table) {
    Runtime& runtime = runtime_of(J);
    for (std::size_t i = 0; i < table.count; ++i) {
        const char* name = table_name(runtime, table, i);
        table.initials |= std::uint64_t{1} << (static_cast<unsigned char>(name[0]) & 63);
        // A property of that name that is there already gives way.
        const Key key(name);
        if (find(object, key) != nullptr) jsV_delproperty(J, object, name);
        forget_lazy(J, object, key);
    }
    table.sequence = static_cast<std::uint32_t>(object->count);
    object->count += table.count;
    table.next = static_cast<std::uint32_t>(object->gcmark >> object_bits::table_shift);
    if (runtime.tables.empty()) runtime.tables.emplace_back();
    const auto index = static_cast<int>(runtime.tables.size());
    if (runtime.tables.size() == runtime.tables.capacity()) runtime.tables.reserve(runtime.tables.size() + 16);
    runtime.tables.push_back(table);
    object->gcmark = (object->gcmark & ((1 << object_bits::table_shift) - 1)) | index << object_bits::table_shift;
}

void make_lazy_properties(js_State* J, js_Object* object, KeyFilter filter) {
    const bool all = filter == KeyFilter::all;
    for (auto i = static_cast<std::uint32_t>(object->gcmark >> object_bits::table_shift); i != 0;
         i = runtime_of(J).tables[i].next) {
        if (!all && (runtime_of(J).tables[i].attributes & JS_DONTENUM) != 0) continue;
        for (int index = 0; index < runtime_of(J).tables[i].count; ++index) {
            if ((runtime_of(J).tables[i].made >> index & 1) == 0) {
                make_entry(J, object, i, static_cast<std::size_t>(index));
            }
        }
    }
    if (all && (object->type == JS_CFUNCTION || object->type == JS_CCFUNCTION)) {
        for (const char* name : {"length", "name", "prototype"}) {
            const int bit = function_bit(object, Key(name));
            if (bit != 0) make_function_property(J, object, bit);
        }
    } else if (all && object->type == JS_CERROR) {
        if (is_stack(object, Key("stack"))) make_stack(J, object);
    } else if (object->type == JS_CUSERDATA) {
        if (NativeHeader* header = lazy_native(object)) {
            for (std::size_t i = 0; i < header->type->lazy_count; ++i) {
                if ((header->materialised >> i & 1) == 0) {
                    make_native_property(J, object, *header, static_cast<int>(i));
                }
            }
        }
    }
}

std::int64_t array_index(const char* key) {
    if (key[0] == '0') return key[1] == 0 ? 0 : -1;
    std::int64_t number = 0;
    const char* c = key;
    for (; *c >= '0' && *c <= '9' && number <= 0xfffffffe; ++c) number = number * 10 + (*c - '0');
    return c == key || *c != 0 || number > 0xfffffffe ? -1 : number;
}

void order_properties(js_State* J, js_Object* object, KeyFilter filter, bool symbols) {
    make_lazy_properties(J, object, filter);
    auto& ordered = runtime_of(J).enumeration;
    ordered.clear();
    visit_tree(root_of(object), [&](js_Property* property) {
        if (filter == KeyFilter::enumerable && (property->atts & JS_DONTENUM) != 0) return;
        if (is_symbol_key(property->name) != symbols) return;
        const std::int64_t index = array_index(property->name);
        const auto order =
            index >= 0 ? static_cast<std::uint64_t>(index)
                       : (std::uint64_t{1} << 32) +
                             static_cast<std::uint64_t>(static_cast<unsigned>(property->atts) >> sequence_shift);
        ordered.emplace_back(order, property);
    });
    std::sort(ordered.begin(), ordered.end());
}

namespace {

/// The elements of a sparse array. Asked again and again while the array gets new ones, it leaves it at false mostly.
bool look_at_elements(js_State* J, js_Object* array) {
    SparseElements& sparse = runtime_of(J).sparse;
    if (sparse.array == array && sparse.count == array->count) return true;
    if (sparse.array == array && (++sparse.asked & 63) != 0) return false;
    order_properties(J, array, KeyFilter::all, false);
    sparse.array = array;
    sparse.count = array->count;
    sparse.indices.clear();
    for (const auto& [order, property] : runtime_of(J).enumeration) {
        if (order >> 32 == 0) sparse.indices.push_back(static_cast<std::uint32_t>(order));
    }
    return true;
}

}  // namespace

std::int64_t next_element(js_State* J, js_Object* array, std::int64_t k) {
    if (!look_at_elements(J, array)) return k;
    const auto& indices = runtime_of(J).sparse.indices;
    const auto next = std::lower_bound(indices.begin(), indices.end(), k);
    return next == indices.end() ? max_array_length + 1 : std::int64_t{*next};
}

std::int64_t previous_element(js_State* J, js_Object* array, std::int64_t k) {
    if (!look_at_elements(J, array)) return k;
    const auto& indices = runtime_of(J).sparse.indices;
    const auto after = std::upper_bound(indices.begin(), indices.end(), k);
    return after == indices.begin() ? -1 : std::int64_t{*(after - 1)};
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

js_Object* jsV_newobject(js_State* J, enum js_Class type, js_Object* prototype) {
    auto* object = static_cast<js_Object*>(js_malloc(J, sizeof(js_Object)));
    std::memset(object, 0, sizeof *object);
    object->type = type;
    object->properties = leaf();
    object->prototype = prototype;
    object->extensible = 1;
    if (type == JS_CFUNCTION || type == JS_CCFUNCTION) object->count = 3;  // places of length, name and prototype
    object->gcnext = J->gcobj;
    J->gcobj = object;
    return object;
}

js_Property* jsV_getownproperty(js_State* J, js_Object* object, const char* name) {
    return own_property(J, object, Key(name));
}

js_Property* jsV_getpropertyx(js_State* J, js_Object* object, const char* name, int* own) {
    const Key key(name);
    *own = 1;
    for (; object != nullptr; object = object->prototype) {
        if (js_Property* property = own_property(J, object, key)) return property;
        *own = 0;
    }
    return nullptr;
}

js_Property* jsV_getproperty(js_State* J, js_Object* object, const char* name) {
    const Key key(name);
    for (; object != nullptr; object = object->prototype) {
        if (js_Property* property = own_property(J, object, key)) return property;
    }
    return nullptr;
}

js_Property* jsV_setproperty(js_State* J, js_Object* object, const char* name) {
    const Key key(name);
    if (js_Property* property = find(object, key)) return property;
    if (!object->extensible) {
        js_Property* property = make_lazy(J, object, key);
        if (property == nullptr && J->strict) {
            js_typeerror(J, "Cannot add property %s, object is not extensible", name);
        }
        return property;
    }
    forget_lazy(J, object, key);
    return insert(J, object, key);
}

void jsV_delproperty(js_State* J, js_Object* object, const char* name) {
    js_Property* removed = nullptr;
    object->properties = remove_node(root_of(object), Key(name), &removed);
    if (removed != nullptr) {
        forget_cached(J);
        js_free(J, removed);
    }
}

js_Object* jsV_newiterator(js_State* J, js_Object* target, int own) {
    js_Object* iterator = jsV_newobject(J, JS_CITERATOR, nullptr);
    iterator->u.iter.target = target;
    js_pushobject(J, iterator);  // lazy properties may be made below
    js_Iterator** end = &iterator->u.iter.head;
    for (js_Object* object = target; object != nullptr; object = own ? nullptr : get_prototype(J, object)) {
        if (object->type == class_proxy) {
            push_keys(J, object, KeyFilter::enumerable, true, false);
            const js_Object* keys = js_toobject(J, -1);
            for (int i = 0; i < keys->u.a.flat_length; ++i) {
                const char* name = string_bytes(keys->u.a.array[i]);
                if (object != target && hidden_by(J, target, object, name)) continue;
                *end = new_iterator_node(J, name);
                end = &(*end)->next;
            }
            js_pop(J, 1);
            continue;
        }
        order_properties(J, object, KeyFilter::enumerable, false);
        // Nothing below changes the object or the scratch list.
        for (const auto& [order, property] : runtime_of(J).enumeration) {
            if (object != target && hidden_by(J, target, object, property->name)) continue;
            *end = new_iterator_node(J, property->name);
            end = &(*end)->next;
        }
    }
    iterator->u.iter.current = iterator->u.iter.head;
    iterator->u.iter.n = indexed_count(target);
    js_pop(J, 1);
    return iterator;
}

const char* jsV_nextiterator(js_State* J, js_Object* iterator) {
    if (iterator->type != JS_CITERATOR) js_typeerror(J, "not an iterator");
    while (iterator->u.iter.i < iterator->u.iter.n) {
        const int index = iterator->u.iter.i++;
        if (index < indexed_count(iterator->u.iter.target)) return js_itoa(J->scratch, index);
        if (has_property(J, iterator->u.iter.target, js_itoa(J->scratch, index))) return J->scratch;
    }
    while (js_Iterator* current = iterator->u.iter.current) {
        iterator->u.iter.current = current->next;
        js_Object* target = iterator->u.iter.target;
        if (target->type == class_proxy || has_property(J, target, current->name)) return current->name;
    }
    return nullptr;
}

/// Sets the length of an array whose elements are named properties.
void jsV_resizearray(js_State* J, js_Object* array, int length) {
    const auto wanted = static_cast<std::uint32_t>(length);
    if (wanted < array_length(array)) {
        forget_cached(J);
        order_properties(J, array, KeyFilter::all, false);
        for (const auto& [order, property] : runtime_of(J).enumeration) {
            if (order >> 32 != 0 || order < wanted) continue;
            js_Property* removed = nullptr;
            array->properties = remove_node(root_of(array), Key(property->name), &removed);
            js_free(J, removed);
        }
    }
    array->u.a.length = length;
}

}  // extern "C"
