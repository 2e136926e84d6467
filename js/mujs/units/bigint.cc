// BigInt values: cells of the string list with sign and magnitude, computed by Boost.Multiprecision.
//
// A function that raises an error does so when its big numbers have ended.
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

using boost::multiprecision::cpp_int;

/// In place of a js_String: begins as one, so that the collector can treat it as one.
struct Cell {
    js_String* gcnext;
    char gcmark;
    bool negative;
    std::uint32_t count;  // of limbs, none for zero
    std::uint64_t limbs[1];
};
static_assert(offsetof(Cell, gcmark) == offsetof(js_String, gcmark));

constexpr double max_bits = 1 << 26;
constexpr const char* too_big = "Maximum BigInt size exceeded";

const Cell& cell_of(const js_Value& value) { return *reinterpret_cast<const Cell*>(value.u.memstr); }

/// Null if there is no memory left.
Cell* new_cell(js_State* J, std::size_t count) {
    const std::size_t size = sizeof(Cell) + (count == 0 ? 0 : count - 1) * sizeof(std::uint64_t);
    auto* cell = static_cast<Cell*>(J->alloc(J->actx, nullptr, static_cast<int>(size)));
    if (cell == nullptr) return nullptr;
    cell->gcnext = J->gcstr;
    cell->gcmark = 0;
    cell->negative = false;
    cell->count = static_cast<std::uint32_t>(count);
    J->gcstr = reinterpret_cast<js_String*>(cell);
    return cell;
}

js_Value value_of(Cell* cell) {
    js_Value value{};
    value.t.type = type_bigint;
    value.u.memstr = reinterpret_cast<js_String*>(cell);
    return value;
}

js_Value checked(js_State* J, Cell* cell) {
    if (cell == nullptr) throw_report(J, out_of_memory_report);
    return value_of(cell);
}

cpp_int load(const js_Value& value) {
    const Cell& cell = cell_of(value);
    cpp_int number;
    if (cell.count > 0) boost::multiprecision::import_bits(number, cell.limbs, cell.limbs + cell.count, 64, false);
    return cell.negative ? cpp_int(-number) : number;
}

Cell* store(js_State* J, const cpp_int& number) {
    if (number.is_zero()) return new_cell(J, 0);
    const cpp_int magnitude = abs(number);
    const std::size_t count = boost::multiprecision::msb(magnitude) / 64 + 1;
    Cell* cell = new_cell(J, count);
    if (cell == nullptr) return nullptr;
    std::fill(cell->limbs, cell->limbs + count, 0);
    boost::multiprecision::export_bits(magnitude, cell->limbs, 64, false);
    cell->negative = number < 0;
    return cell;
}

js_Value from_magnitude(js_State* J, std::uint64_t magnitude, bool negative) {
    Cell* cell = new_cell(J, magnitude == 0 ? 0 : 1);
    if (cell != nullptr && magnitude != 0) {
        cell->limbs[0] = magnitude;
        cell->negative = negative;
    }
    return checked(J, cell);
}

/// The value as an int64, if it is small.
bool small(const Cell& cell, std::int64_t* number) {
    if (cell.count == 0) {
        *number = 0;
        return true;
    }
    if (cell.count > 1 || cell.limbs[0] > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return false;
    }
    *number = static_cast<std::int64_t>(cell.limbs[0]);
    if (cell.negative) *number = -*number;
    return true;
}

bool small_result(js_OpCode operation, std::int64_t x, std::int64_t y, std::int64_t* result) {
    switch (operation) {
        case OP_ADD:
            return !__builtin_add_overflow(x, y, result);
        case OP_SUB:
            return !__builtin_sub_overflow(x, y, result);
        case OP_MUL:
            return !__builtin_mul_overflow(x, y, result);
        case OP_DIV:
            *result = x / y;
            return true;
        case OP_MOD:
            *result = x % y;
            return true;
        case OP_BITAND:
            *result = x & y;
            return true;
        case OP_BITOR:
            *result = x | y;
            return true;
        case OP_BITXOR:
            *result = x ^ y;
            return true;
        case OP_NEG:
            *result = -x;
            return true;
        case OP_BITNOT:
            *result = ~x;
            return true;
        case OP_INC:
            return !__builtin_add_overflow(x, 1, result);
        case OP_DEC:
            return !__builtin_sub_overflow(x, 1, result);
        default:
            return false;
    }
}

/// Two's complement of `bits` bits: cpp_int has no bitwise operations on negative numbers.
cpp_int to_twos(const cpp_int& number, unsigned bits) {
    return number < 0 ? cpp_int(number + (cpp_int(1) << bits)) : number;
}
cpp_int from_twos(const cpp_int& number, unsigned bits) {
    return bit_test(number, bits - 1) ? cpp_int(number - (cpp_int(1) << bits)) : number;
}

cpp_int bitwise(js_OpCode operation, const cpp_int& x, const cpp_int& y) {
    auto size = [](const cpp_int& n) { return n.is_zero() ? 1U : static_cast<unsigned>(msb(cpp_int(abs(n)))) + 2; };
    const unsigned bits = std::max(size(x), size(y)) + 1;
    const cpp_int a = to_twos(x, bits);
    const cpp_int b = to_twos(y, bits);
    const cpp_int result = operation == OP_BITAND  ? cpp_int(a & b)
                           : operation == OP_BITOR ? cpp_int(a | b)
                                                   : cpp_int(a ^ b);
    return from_twos(result, bits);
}

/// x · 2^places, rounded towards −∞.
cpp_int shifted(const cpp_int& x, double places) {
    if (places >= 0) return x << static_cast<unsigned>(places);
    if (-places > max_bits) return x < 0 ? -1 : 0;
    const auto right = static_cast<unsigned>(-places);
    if (x >= 0) return x >> right;
    return -((-x + (cpp_int(1) << right) - 1) >> right);
}

cpp_int compute(js_OpCode operation, const cpp_int& x, const cpp_int& y) {
    switch (operation) {
        case OP_ADD:
            return x + y;
        case OP_SUB:
            return x - y;
        case OP_MUL:
            return x * y;
        case OP_DIV:
            return x / y;
        case OP_MOD:
            return x % y;
        case OP_NEG:
            return -x;
        case OP_BITNOT:
            return -x - 1;
        case OP_INC:
            return x + 1;
        case OP_DEC:
            return x - 1;
        default:
            return bitwise(operation, x, y);
    }
}

std::size_t bit_size(const Cell& cell) {
    if (cell.count == 0) return 0;
    return cell.count * std::size_t{64} - static_cast<std::size_t>(std::countl_zero(cell.limbs[cell.count - 1]));
}

/// Digits of one radix; false if there is anything else.
bool parse_digits(std::string_view digits, unsigned radix, cpp_int* number) {
    for (const char c : digits) {
        const int value = c >= '0' && c <= '9'                     ? c - '0'
                          : (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? (c | 0x20) - 'a' + 10
                                                                   : 99;
        if (value >= static_cast<int>(radix)) return false;
    }
    if (radix == 10) {
        const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
        digits.remove_prefix(zeros);
        if (!digits.empty()) number->assign(std::string(digits));  // a leading 0 would mean octal
        return true;
    }
    const unsigned bits = radix == 16 ? 4 : radix == 8 ? 3 : 1;
    std::vector<unsigned char> values;
    for (const char c : digits) {
        values.push_back(static_cast<unsigned char>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10));
    }
    boost::multiprecision::import_bits(*number, values.begin(), values.end(), bits);
    return true;
}

/// Null: no memory; sets *valid to false if the text is no number.
Cell* parse(js_State* J, std::string_view text, bool* valid) {
    cpp_int number;
    unsigned radix = 10;
    bool negative = false;
    if (text.size() > 2 && text[0] == '0') {
        const char kind = static_cast<char>(text[1] | 0x20);
        radix = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
        if (radix != 10) text.remove_prefix(2);
    }
    if (radix == 10 && !text.empty() && (text[0] == '-' || text[0] == '+')) {
        negative = text[0] == '-';
        text.remove_prefix(1);
        if (text.empty()) {
            *valid = false;
            return nullptr;
        }
    }
    if (static_cast<double>(text.size()) * 3 > max_bits || !parse_digits(text, radix, &number)) {
        *valid = false;
        return nullptr;
    }
    if (negative) number = -number;
    return store(J, number);
}

std::string text_of_number(const cpp_int& number, unsigned radix) {
    if (radix == 10) return number.str();
    if (number.is_zero()) return "0";
    std::string text;
    cpp_int rest = abs(number);
    // As many digits at a time as fit into a word.
    std::uint64_t chunk = radix;
    int digits = 1;
    while (chunk <= std::numeric_limits<std::uint32_t>::max() / radix) {
        chunk *= radix;
        ++digits;
    }
    while (!rest.is_zero()) {
        cpp_int quotient;
        cpp_int remainder;
        divide_qr(rest, cpp_int(chunk), quotient, remainder);
        auto part = static_cast<std::uint64_t>(remainder);
        for (int i = 0; i < digits && (part != 0 || !quotient.is_zero()); ++i) {
            text += "0123456789abcdefghijklmnopqrstuvwxyz"[part % radix];
            part /= radix;
        }
        rest = quotient;
    }
    if (number < 0) text += '-';
    std::reverse(text.begin(), text.end());
    return text;
}

/// The number of places of a shift, ±infinity if it is beyond all limits.
double places_of(const Cell& cell) {
    std::int64_t number;
    if (small(cell, &number)) return static_cast<double>(number);
    return cell.negative ? -INFINITY : INFINITY;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white = " \t\n\r\v\f";
    while (!text.empty() && white.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
    while (!text.empty() && white.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    return text;
}

}  // namespace

js_Value bigint_from_int64(js_State* J, std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    return from_magnitude(J, number < 0 ? 0 - bits : bits, number < 0);
}

js_Value bigint_from_uint64(js_State* J, std::uint64_t number) { return from_magnitude(J, number, false); }

js_Value bigint_from_double(js_State* J, double whole) {
    if (std::abs(whole) < 9e15) return bigint_from_int64(J, static_cast<std::int64_t>(whole));
    Cell* cell = nullptr;
    {
        const cpp_int number(whole);
        cell = store(J, number);
    }
    return checked(J, cell);
}

js_Value bigint_from_text(js_State* J, std::string_view text) {
    bool valid = true;
    Cell* cell = parse(J, trimmed(text), &valid);
    return valid ? checked(J, cell) : undefined_value();
}

void to_bigint(js_State* J, js_Value* value) {
    jsV_toprimitive(J, value, JS_HNUMBER);
    if (is_bigint(*value)) return;
    if (value->t.type == JS_TBOOLEAN) {
        *value = bigint_from_int64(J, value->u.boolean);
    } else if (is_string(*value)) {
        js_Value source = *value;
        const char* text = jsV_tostring(J, &source);
        const js_Value number = bigint_from_text(J, text);
        if (!is_bigint(number)) js_syntaxerror(J, "Cannot convert %s to a BigInt", text);
        *value = number;
    } else if (is_symbol(*value)) {
        js_typeerror(J, "Cannot convert a Symbol value to a BigInt");
    } else {
        js_pushvalue(J, *value);
        js_typeerror(J, "Cannot convert %s to a BigInt", js_tostring(J, -1));
    }
}

int bigint_compare(const js_Value& left, const js_Value& right) {
    const Cell& x = cell_of(left);
    const Cell& y = cell_of(right);
    if (x.negative != y.negative) return x.negative ? -1 : 1;
    const int greater = x.negative ? -1 : 1;
    if (x.count != y.count) return x.count > y.count ? greater : -greater;
    for (std::uint32_t i = x.count; i-- > 0;) {
        if (x.limbs[i] != y.limbs[i]) return x.limbs[i] > y.limbs[i] ? greater : -greater;
    }
    return 0;
}

int bigint_compare_number(const js_Value& left, double right) {
    if (std::isnan(right)) return 2;
    if (std::isinf(right)) return right > 0 ? -1 : 1;
    std::int64_t number;
    if (small(cell_of(left), &number) && std::abs(number) <= (std::int64_t{1} << 53)) {
        const auto x = static_cast<double>(number);
        return x < right ? -1 : x > right ? 1 : 0;
    }
    const cpp_int x = load(left);
    const cpp_int whole(std::trunc(right));
    if (x != whole) return x < whole ? -1 : 1;
    const double fraction = right - std::trunc(right);
    return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

bool bigint_is_zero(const js_Value& value) { return cell_of(value).count == 0; }

double bigint_to_double(const js_Value& value) {
    std::int64_t number;
    if (small(cell_of(value), &number)) return static_cast<double>(number);
    // From text: correctly rounded.
    if (bit_size(cell_of(value)) > 1024) return cell_of(value).negative ? -INFINITY : INFINITY;
    return js_strtod(load(value).str().c_str(), nullptr);
}

std::uint64_t bigint_to_uint64(const js_Value& value) {
    const Cell& cell = cell_of(value);
    const std::uint64_t low = cell.count == 0 ? 0 : cell.limbs[0];
    return cell.negative ? 0 - low : low;
}

js_Value bigint_text(js_State* J, const js_Value& value, int radix) {
    std::int64_t number;
    if (radix == 10 && small(cell_of(value), &number)) {
        char text[24];
        const int size = std::snprintf(text, sizeof text, "%lld", static_cast<long long>(number));
        return text_value(J, {text, static_cast<std::size_t>(size)});
    }
    js_Value result = undefined_value();
    run_native(J, [&] {
        const std::string text = text_of_number(load(value), static_cast<unsigned>(radix));
        Guard guard(J);
        result = text_value(J, text);
    });
    return result;
}

js_Value bigint_wrap(js_State* J, const js_Value& value, double bits, bool is_signed) {
    if (bits == 0) return bigint_from_int64(J, 0);
    if (bits > max_bits) {
        if (is_signed || !cell_of(value).negative) return value;
        js_rangeerror(J, too_big);
    }
    if (bits == 64) {
        const std::uint64_t low = bigint_to_uint64(value);
        return is_signed ? bigint_from_int64(J, static_cast<std::int64_t>(low)) : bigint_from_uint64(J, low);
    }
    Cell* cell = nullptr;
    {
        const auto width = static_cast<unsigned>(bits);
        const cpp_int modulus = cpp_int(1) << width;
        cpp_int number = load(value) % modulus;
        if (number < 0) number += modulus;
        if (is_signed && bit_test(number, width - 1)) number -= modulus;
        cell = store(J, number);
    }
    return checked(J, cell);
}

js_Value bigint_operate(js_State* J, js_OpCode operation, const js_Value& left, const js_Value& right) {
    const Cell& x = cell_of(left);
    const Cell& y = cell_of(right);
    if (operation == OP_USHR) js_typeerror(J, "BigInts have no unsigned right shift, use >> instead");
    if ((operation == OP_DIV || operation == OP_MOD) && y.count == 0) js_rangeerror(J, "Division by zero");
    std::int64_t a;
    std::int64_t b;
    std::int64_t result;
    if (small(x, &a) && small(y, &b) && small_result(operation, a, b, &result)) return bigint_from_int64(J, result);
    const bool shift = operation == OP_SHL || operation == OP_SHR;
    const double places = !shift ? 0 : operation == OP_SHL ? places_of(y) : -places_of(y);
    const double size = static_cast<double>(bit_size(x));
    if ((operation == OP_MUL && size + static_cast<double>(bit_size(y)) > max_bits) ||
        (places > 0 && size > 0 && size + places > max_bits)) {
        js_rangeerror(J, too_big);
    }
    Cell* cell = nullptr;
    {
        const cpp_int number = load(left);
        cell = store(
            J, shift ? (x.count == 0 ? cpp_int(0) : shifted(number, places)) : compute(operation, number, load(right)));
    }
    return checked(J, cell);
}

js_Value bigint_power(js_State* J, const js_Value& base, const js_Value& exponent) {
    const Cell& power = cell_of(exponent);
    if (power.negative) js_rangeerror(J, "Exponent must be non-negative");
    std::int64_t n = 0;
    const bool is_small = small(power, &n);
    const std::size_t size = bit_size(cell_of(base));
    if (size > 1 && (!is_small || static_cast<double>(size - 1) * static_cast<double>(n) > max_bits)) {
        js_rangeerror(J, too_big);
    }
    if (!is_small) n = static_cast<std::int64_t>(power.limbs[0] & 1) + 2;  // of 0, 1 or −1
    Cell* cell = nullptr;
    {
        const cpp_int number = load(base);
        cell = store(J, size <= 1 && n > 3 ? cpp_int(pow(number, static_cast<unsigned>(2 + n % 2)))
                                           : cpp_int(pow(number, static_cast<unsigned>(n))));
    }
    return checked(J, cell);
}

}  // namespace k6::js
