// Bytes that scripts pass: strings (as UTF-8), ArrayBuffers and views.
//
//   const Bytes input(call[0]);
//   if (!input) throw GoError("invalid type");
//   digest(input.view());
//
// The State's thread only; a view lives as long as the value and this object.
#pragma once

#include <string>
#include <string_view>

#include "js/builtins/array_buffer.h"
#include "js/mujs/value.h"

namespace k6::js {

class Bytes {
public:
    /// Which kinds of views count, besides strings and ArrayBuffers.
    enum class Views { uint8_array, any };
    explicit Bytes(const Value& value, Views views = Views::uint8_array) {
        if (value.is_string()) {
            text_ = value.as_string();
            view_ = text_;
            valid_ = true;
        } else if (is_array_buffer(value) || is_uint8_array(value) || views == Views::any) {
            if (const auto bytes = bytes_of(value)) {
                view_ = {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
                valid_ = true;
            }
        }
    }
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;

    /// False for values that are no bytes.
    explicit operator bool() const noexcept { return valid_; }
    std::string_view view() const noexcept { return view_; }

private:
    std::string text_;
    std::string_view view_;
    bool valid_ = false;
};

}  // namespace k6::js
