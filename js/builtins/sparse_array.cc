// Arrays of which most is holes: what would walk over billions of them works on the elements that are there.
#include <algorithm>
#include <utility>
#include <vector>

#include "js/builtins/array.h"

namespace k6::js {
namespace {

/// Takes all elements out of an array, to put them back elsewhere in it.
class Elements {
public:
    /// False if somebody could see how it is done: getters, elements that are read-only or inherited.
    static bool can_move(js_State* J, js_Object* array) {
        if (array->type != JS_CARRAY || !array->extensible || !inherits_no_elements(J, array)) return false;
        if (array->u.a.simple) return true;
        order_properties(J, array, KeyFilter::all, false);
        return std::all_of(runtime_of(J).enumeration.begin(), runtime_of(J).enumeration.end(), [](const auto& entry) {
            const js_Property* property = entry.second;
            return entry.first >> 32 != 0 || (property->getter == nullptr && property->setter == nullptr &&
                                              (property->atts & (JS_READONLY | JS_DONTENUM | JS_DONTCONF)) == 0);
        });
    }

    Elements(js_State* J, js_Object* array) : J_(J), array_(array) {
        if (array->u.a.simple) {
            for (int i = 0; i < array->u.a.flat_length; ++i) elements_.emplace_back(i, array->u.a.array[i]);
            array->u.a.flat_length = 0;
            return;
        }
        order_properties(J, array, KeyFilter::all, false);
        for (const auto& [order, property] : runtime_of(J).enumeration) {
            if (order >> 32 == 0) elements_.emplace_back(static_cast<std::int64_t>(order), property->value);
        }
        char name[20];
        for (const auto& [index, value] : elements_) jsV_delproperty(J, array, index_name(name, index));
    }

    /// `place` gives each its new index, or a negative number.
    template <class Place>
    void put_back(const Place& place) {
        for (auto& [index, value] : elements_) index = place(index);
        std::erase_if(elements_, [](const auto& element) { return element.first < 0; });
        std::sort(elements_.begin(), elements_.end(),
                  [](const auto& left, const auto& right) { return left.first < right.first; });
        if (array_->u.a.simple && !elements_.empty() &&
            elements_.back().first != static_cast<std::int64_t>(elements_.size()) - 1) {
            jsR_unflattenarray(J_, array_);
        }
        char name[20];
        for (const auto& [index, value] : elements_) {
            if (array_->u.a.simple) {
                set_array_element(J_, array_, static_cast<int>(index), value);
            } else {
                jsV_setproperty(J_, array_, index_name(name, index))->value = value;
            }
        }
    }

private:
    js_State* J_;
    js_Object* array_;
    std::vector<std::pair<std::int64_t, js_Value>> elements_;
};

template <class Place>
bool move_elements(js_State* J, const Place& place) {
    js_Object* array = js_toobject(J, 0);
    if (!Elements::can_move(J, array)) return false;
    run_native(J, [&] {
        Guard guard(J);
        Elements(J, array).put_back(place);
    });
    return true;
}

}  // namespace

bool shift_sparse(js_State* J, std::int64_t from, std::int64_t by) {
    return move_elements(J, [&](std::int64_t i) {
        if (i >= from) return i + by;
        return i >= from + by ? std::int64_t{-1} : i;
    });
}

bool reverse_sparse(js_State* J, std::int64_t length) {
    return move_elements(J, [&](std::int64_t i) { return length - 1 - i; });
}

}  // namespace k6::js
