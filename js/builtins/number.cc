#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

/// The number that `this` is or wraps.
double this_number(js_State* J) {
    if (js_isnumber(J, 0)) return js_tonumber(J, 0);
    if (js_isobject(J, 0) && js_toobject(J, 0)->type == JS_CNUMBER) return js_toobject(J, 0)->u.number;
    js_typeerror(J, "Number.prototype method called on a value that is no number");
}

double this_number(const Call& call) {
    const js_Value raw = this_raw(call);
    if (raw.t.type == JS_TNUMBER) return raw.u.number;
    if (raw.t.type == JS_TOBJECT && raw.u.object->type == JS_CNUMBER) return raw.u.object->u.number;
    throw TypeError("Number.prototype method called on a value that is no number");
}

/// What Number(value) gives; BigInts too.
double number_argument(js_State* J) {
    if (js_gettop(J) < 2) return 0;
    js_Value* value = js_tovalue(J, 1);
    to_numeric(J, value);
    return is_bigint(*value) ? bigint_to_double(*value) : js_tonumber(J, 1);
}

void call_number(js_State* J) { js_pushnumber(J, number_argument(J)); }
void construct_number(js_State* J) { js_newnumber(J, number_argument(J)); }
void value_of(js_State* J) { js_pushnumber(J, this_number(J)); }

void is_finite(js_State* J) { js_pushboolean(J, js_isnumber(J, 1) && std::isfinite(js_tonumber(J, 1))); }
void is_nan(js_State* J) { js_pushboolean(J, js_isnumber(J, 1) && std::isnan(js_tonumber(J, 1))); }

bool is_integral(js_State* J, double limit) {
    if (!js_isnumber(J, 1)) return false;
    const double x = js_tonumber(J, 1);
    return std::isfinite(x) && x == std::trunc(x) && std::fabs(x) <= limit;
}

void is_integer(js_State* J) { js_pushboolean(J, is_integral(J, std::numeric_limits<double>::max())); }
void is_safe_integer(js_State* J) { js_pushboolean(J, is_integral(J, 9007199254740991.0)); }

void global_is_nan(js_State* J) { js_pushboolean(J, std::isnan(js_tonumber(J, 1))); }
void global_is_finite(js_State* J) { js_pushboolean(J, std::isfinite(js_tonumber(J, 1))); }

const char* skip_space(const char* text) {
    while (const std::size_t n = white_space_size(text)) text += n;
    return text;
}

void parse_float(js_State* J) {
    const char* text = skip_space(js_tostring(J, 1));
    const char* magnitude = text + (*text == '+' || *text == '-');
    if (std::strncmp(magnitude, "Infinity", 8) == 0) {
        js_pushnumber(J, *text == '-' ? -INFINITY : INFINITY);
        return;
    }
    char* end = nullptr;
    const double number = js_stringtofloat(text, &end);
    js_pushnumber(J, end == text ? NAN : number);
}

void parse_int(js_State* J) {
    const char* text = skip_space(js_tostring(J, 1));
    int radix = js_toint32(J, 2);
    const bool negative = *text == '-';
    if (*text == '+' || *text == '-') ++text;
    if ((radix == 0 || radix == 16) && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        text += 2;
        radix = 16;
    }
    if (radix == 0) radix = 10;
    if (radix < 2 || radix > 36) {
        js_pushnumber(J, NAN);
        return;
    }
    char* end = nullptr;
    double number = js_strtol(text, &end, radix);
    js_pushnumber(J, end == text ? NAN : negative ? -number : number);
}

// ---- text forms

/// The decimal value of a finite number ≥ 0: digits without point and the power of ten of the first.
struct Decimal {
    std::string digits;
    int exponent;
};

/// As many digits as it takes to round the exact value to `count` digits (at most 130): no double lies closer than
/// 10^-40 of itself to a tie without being one.
Decimal exact_decimal(double number, int count) {
    char buffer[200];
    const auto result =
        std::to_chars(buffer, buffer + sizeof buffer - 1, number, std::chars_format::scientific, count + 45);
    *result.ptr = 0;
    Decimal decimal{{}, 0};
    const char* e = std::find(buffer, result.ptr, 'e');
    for (const char* c = buffer; c != e; ++c) {
        if (*c != '.') decimal.digits += *c;
    }
    decimal.exponent = std::atoi(e + 1);
    return decimal;
}

/// Keeps the first `count` digits, rounding half up; may add a digit in front.
void round_to(Decimal& decimal, int count) {
    if (count < 0) {
        decimal = {"0", 0};
        return;
    }
    const auto size = static_cast<std::size_t>(count);
    const bool up = size < decimal.digits.size() && decimal.digits[size] >= '5';
    decimal.digits.resize(size, '0');
    if (!up) return;
    std::size_t i = size;
    while (i > 0 && decimal.digits[i - 1] == '9') decimal.digits[--i] = '0';
    if (i > 0) {
        ++decimal.digits[i - 1];
    } else {
        decimal.digits.insert(decimal.digits.begin(), '1');
        ++decimal.exponent;
    }
}

std::string plain_text(double number) {
    char buffer[40];
    return jsV_numbertostring(nullptr, buffer, number);
}

int digits_argument(Call& call, int low, int missing) {
    if (!call.has(0)) return missing;
    const double digits = call.number(0);
    const double whole = std::isnan(digits) ? 0 : std::trunc(digits);
    if (whole < low || whole > 100) throw RangeError("Precision must be between " + std::to_string(low) + " and 100");
    return static_cast<int>(whole);
}

std::string exponent_text(int exponent) { return (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent)); }

Value to_fixed(Call& call) {
    const double number = this_number(call);
    const int fraction = digits_argument(call, 0, 0);
    State& state = call.state();
    if (!std::isfinite(number) || std::fabs(number) >= 1e21) return state.string(plain_text(number));
    Decimal decimal = number == 0 ? Decimal{"0", 0} : exact_decimal(std::fabs(number), fraction + 22);
    round_to(decimal, decimal.exponent + 1 + fraction);
    // digits × 10^(−fraction)
    std::string text = decimal.digits == "0" ? std::string() : decimal.digits;
    if (text.size() <= static_cast<std::size_t>(fraction)) {
        text.insert(0, static_cast<std::size_t>(fraction) + 1 - text.size(), '0');
    }
    if (fraction > 0) text.insert(text.size() - static_cast<std::size_t>(fraction), 1, '.');
    if (number < 0) text.insert(0, 1, '-');
    return state.string(text);
}

Value to_exponential(Call& call) {
    const double number = this_number(call);
    State& state = call.state();
    if (!std::isfinite(number)) return state.string(plain_text(number));
    const int fraction = digits_argument(call, 0, -1);
    Decimal decimal{"0", 0};
    if (number != 0) {
        if (fraction < 0) {
            char buffer[40];
            char* end = std::to_chars(buffer, buffer + 39, std::fabs(number), std::chars_format::scientific).ptr;
            *end = 0;
            const char* e = std::find(buffer, end, 'e');
            decimal.digits.clear();
            for (const char* c = buffer; c != e; ++c) {
                if (*c != '.') decimal.digits += *c;
            }
            decimal.exponent = std::atoi(e + 1);
        } else {
            decimal = exact_decimal(std::fabs(number), fraction + 1);
            round_to(decimal, fraction + 1);
            decimal.digits.resize(static_cast<std::size_t>(fraction) + 1);
        }
    } else if (fraction > 0) {
        decimal.digits.resize(static_cast<std::size_t>(fraction) + 1, '0');
    }
    std::string text = number < 0 ? "-" : "";
    text += decimal.digits[0];
    if (decimal.digits.size() > 1) text += "." + decimal.digits.substr(1);
    return state.string(text + exponent_text(decimal.exponent));
}

Value to_precision(Call& call) {
    const double number = this_number(call);
    State& state = call.state();
    if (!call.has(0) || !std::isfinite(number)) return state.string(plain_text(number));
    const int precision = digits_argument(call, 1, 0);
    Decimal decimal{std::string(static_cast<std::size_t>(precision), '0'), 0};
    if (number != 0) {
        decimal = exact_decimal(std::fabs(number), precision);
        round_to(decimal, precision);
        decimal.digits.resize(static_cast<std::size_t>(precision));
    }
    std::string text = number < 0 ? "-" : "";
    const int e = decimal.exponent;
    if (e < -6 || e >= precision) {
        text += decimal.digits[0];
        if (precision > 1) text += "." + decimal.digits.substr(1);
        return state.string(text + exponent_text(e));
    }
    if (e < 0) return state.string(text + "0." + std::string(static_cast<std::size_t>(-e - 1), '0') + decimal.digits);
    text += decimal.digits.substr(0, static_cast<std::size_t>(e) + 1);
    if (e + 1 < precision) text += "." + decimal.digits.substr(static_cast<std::size_t>(e) + 1);
    return state.string(text);
}

constexpr char symbols[] = "0123456789abcdefghijklmnopqrstuvwxyz";

/// The digits of a whole number ≥ 0, however large.
std::string whole_in_radix(double whole, int radix) {
    std::string text;
    if (whole < 18446744073709551616.0) {
        auto rest = static_cast<std::uint64_t>(whole);
        do {
            text += symbols[rest % static_cast<unsigned>(radix)];
            rest /= static_cast<unsigned>(radix);
        } while (rest > 0);
    } else {
        // Long division of its 32-bit words, the highest first.
        int exponent = 0;
        const double mantissa = std::frexp(whole, &exponent);
        const auto bits = static_cast<std::uint64_t>(std::ldexp(mantissa, 53));
        const int shift = exponent - 53;
        const std::size_t low = static_cast<std::size_t>(shift / 32);
        std::vector<std::uint32_t> words(low + 3, 0);
        const int within = shift % 32;
        words[low] = static_cast<std::uint32_t>(bits << within);
        words[low + 1] = static_cast<std::uint32_t>(bits >> (32 - within));
        words[low + 2] = static_cast<std::uint32_t>(bits >> 32 >> (32 - within));
        while (!words.empty() && words.back() == 0) words.pop_back();
        while (!words.empty()) {
            std::uint64_t rest = 0;
            for (std::size_t i = words.size(); i-- > 0;) {
                rest = rest << 32 | words[i];
                words[i] = static_cast<std::uint32_t>(rest / static_cast<unsigned>(radix));
                rest %= static_cast<unsigned>(radix);
            }
            text += symbols[rest];
            while (!words.empty() && words.back() == 0) words.pop_back();
        }
    }
    std::reverse(text.begin(), text.end());
    return text;
}

/// Digits in another base: as many after the point as are needed to tell the number from its neighbours.
std::string in_radix(double number, int radix) {
    const bool negative = number < 0;
    number = std::fabs(number);
    double whole = std::floor(number);
    double rest = number - whole;
    std::string fraction;
    double uncertainty = std::max(0.5 * (std::nextafter(number, INFINITY) - number), std::nextafter(0.0, 1.0));
    while (rest >= uncertainty) {
        rest *= radix;
        uncertainty *= radix;
        const int digit = static_cast<int>(rest);
        fraction += symbols[digit];
        rest -= digit;
        if ((rest > 0.5 || (rest == 0.5 && (digit & 1) != 0)) && rest + uncertainty > 1) {
            // Rounding up may carry into the whole part.
            std::size_t i = fraction.size();
            while (i > 0 && fraction[i - 1] == symbols[radix - 1]) --i;
            if (i > 0) fraction[i - 1] = std::strchr(symbols, fraction[i - 1])[1];
            fraction.resize(i);
            if (i == 0) whole += 1;
            break;
        }
    }
    std::string text = negative ? "-" : "";
    text += whole_in_radix(whole, radix);
    return fraction.empty() ? text : text + "." + fraction;
}

Value to_string(Call& call) {
    const double number = this_number(call);
    const double radix = call.has(0) ? std::trunc(call.number(0)) : 10;
    if (!(radix >= 2 && radix <= 36)) throw RangeError("toString() radix must be between 2 and 36");
    if (radix == 10 || !std::isfinite(number) || number == 0) return call.state().string(plain_text(number));
    return call.state().string(in_radix(number, static_cast<int>(radix)));
}

Value to_locale_string(Call& call) { return call.state().string(plain_text(this_number(call))); }

constexpr StockFunction static_functions[] = {
    {"isFinite", is_finite, 1},
    {"isInteger", is_integer, 1},
    {"isNaN", is_nan, 1},
    {"isSafeInteger", is_safe_integer, 1},
};
constexpr StockFunction global_functions[] = {
    {"isFinite", global_is_finite, 1},
    {"isNaN", global_is_nan, 1},
    {"parseFloat", parse_float, 1},
    {"parseInt", parse_int, 2},
};
constexpr StockFunction prototype_functions[] = {
    {"valueOf", value_of, 0},
};
constexpr FunctionDefinition prototype_natives[] = {
    {"toExponential", 1, to_exponential}, {"toFixed", 1, to_fixed},   {"toLocaleString", 0, to_locale_string},
    {"toPrecision", 1, to_precision},     {"toString", 1, to_string},
};

}  // namespace

void install_number(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    js_Object* constructor = define_constructor(J, J->Number_prototype, "Number", 0, call_number, construct_number);
    attach_functions(J, constructor, static_functions);
    attach_functions(J, J->G, global_functions);
    define_constant(J, constructor, "EPSILON", 0x1p-52);
    define_constant(J, constructor, "MAX_SAFE_INTEGER", 9007199254740991.0);
    define_constant(J, constructor, "MAX_VALUE", std::numeric_limits<double>::max());
    define_constant(J, constructor, "MIN_SAFE_INTEGER", -9007199254740991.0);
    define_constant(J, constructor, "MIN_VALUE", std::numeric_limits<double>::denorm_min());
    define_constant(J, constructor, "NEGATIVE_INFINITY", -INFINITY);
    define_constant(J, constructor, "NaN", NAN);
    define_constant(J, constructor, "POSITIVE_INFINITY", INFINITY);
    for (const char* name : {"parseFloat", "parseInt"}) {
        define_hidden(J, constructor, name, jsV_getownproperty(J, J->G, name)->value);
    }
    attach_functions(J, J->Number_prototype, prototype_functions);
    state.define_functions(to_value(state, object_value(J->Number_prototype)), prototype_natives);
}

}  // namespace k6::js
