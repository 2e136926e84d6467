#include <bit>
#include <cmath>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

template <double (*function)(double)>
void unary(js_State* J) {
    js_pushnumber(J, function(js_tonumber(J, 1)));
}

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
double fround(double x) { return static_cast<float>(x); }
double cbrt(double x) { return static_cast<double>(std::cbrt(static_cast<long double>(x))); }
double clz32(double x) { return std::countl_zero(jsV_numbertouint32(x)); }

/// Towards +∞ on ties, keeping the sign of zero.
double round_half_up(double x) {
    if (std::isnan(x) || std::fabs(x) >= 4503599627370496.0) return x;
    const double below = std::floor(x);
    return std::copysign(x - below >= 0.5 ? below + 1 : below, x);
}

void atan2(js_State* J) { js_pushnumber(J, std::atan2(js_tonumber(J, 1), js_tonumber(J, 2))); }

void pow(js_State* J) {
    const double base = js_tonumber(J, 1);
    const double exponent = js_tonumber(J, 2);
    const bool undefined = std::isnan(exponent) || (std::isinf(exponent) && std::fabs(base) == 1);
    js_pushnumber(J, undefined ? NAN : std::pow(base, exponent));
}

void imul(js_State* J) {
    const unsigned product = js_touint32(J, 1) * js_touint32(J, 2);
    js_pushnumber(J, static_cast<int>(product));
}

void hypot(js_State* J) {
    const int top = js_gettop(J);
    double largest = 0;
    bool nan = false;
    bool infinite = false;
    for (int i = 1; i < top; ++i) {
        const double x = std::fabs(js_tonumber(J, i));
        infinite |= std::isinf(x);
        nan |= std::isnan(x);
        if (x > largest) largest = x;
    }
    if (infinite || nan || largest == 0) {
        js_pushnumber(J, infinite ? INFINITY : nan ? NAN : 0);
        return;
    }
    double sum = 0;
    double lost = 0;  // Kahan
    for (int i = 1; i < top; ++i) {
        const double scaled = js_tonumber(J, i) / largest;
        const double term = scaled * scaled - lost;
        const double next = sum + term;
        lost = next - sum - term;
        sum = next;
    }
    js_pushnumber(J, std::sqrt(sum) * largest);
}

template <bool maximum>
void extreme(js_State* J) {
    const int top = js_gettop(J);
    double result = maximum ? -INFINITY : INFINITY;
    for (int i = 1; i < top; ++i) {
        const double x = js_tonumber(J, i);
        if (std::isnan(x) || std::isnan(result)) {
            result = NAN;
        } else if (x == 0 && result == 0) {
            if (std::signbit(x) != maximum) result = x;
        } else if (maximum ? x > result : x < result) {
            result = x;
        }
    }
    js_pushnumber(J, result);
}

void random(js_State* J) { js_pushnumber(J, runtime_of(J).state->next_random()); }

constexpr StockFunction functions[] = {
    {"abs", unary<std::fabs>, 1},
    {"acos", unary<std::acos>, 1},
    {"acosh", unary<std::acosh>, 1},
    {"asin", unary<std::asin>, 1},
    {"asinh", unary<std::asinh>, 1},
    {"atan", unary<std::atan>, 1},
    {"atan2", atan2, 2},
    {"atanh", unary<std::atanh>, 1},
    {"cbrt", unary<cbrt>, 1},
    {"ceil", unary<std::ceil>, 1},
    {"clz32", unary<clz32>, 1},
    {"cos", unary<std::cos>, 1},
    {"cosh", unary<std::cosh>, 1},
    {"exp", unary<std::exp>, 1},
    {"expm1", unary<std::expm1>, 1},
    {"floor", unary<std::floor>, 1},
    {"fround", unary<fround>, 1},
    {"hypot", hypot, 0},
    {"imul", imul, 2},
    {"log", unary<std::log>, 1},
    {"log10", unary<std::log10>, 1},
    {"log1p", unary<std::log1p>, 1},
    {"log2", unary<std::log2>, 1},
    {"max", extreme<true>, 0},
    {"min", extreme<false>, 0},
    {"pow", pow, 2},
    {"random", random, 0},
    {"round", unary<round_half_up>, 1},
    {"sign", unary<sign>, 1},
    {"sin", unary<std::sin>, 1},
    {"sinh", unary<std::sinh>, 1},
    {"sqrt", unary<std::sqrt>, 1},
    {"tan", unary<std::tan>, 1},
    {"tanh", unary<std::tanh>, 1},
    {"trunc", unary<std::trunc>, 1},
};

}  // namespace

void install_math(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    js_Object* math = jsV_newobject(J, JS_COBJECT, J->Object_prototype);
    js_pushobject(J, math);
    define_constant(J, math, "E", 2.718281828459045);
    define_constant(J, math, "LN10", 2.302585092994046);
    define_constant(J, math, "LN2", 0.6931471805599453);
    define_constant(J, math, "LOG10E", 0.4342944819032518);
    define_constant(J, math, "LOG2E", 1.4426950408889634);
    define_constant(J, math, "PI", 3.141592653589793);
    define_constant(J, math, "SQRT1_2", 0.7071067811865476);
    define_constant(J, math, "SQRT2", 1.4142135623730951);
    attach_functions(J, math, functions);
    js_Property* tag = jsV_setproperty(J, math, "@@toStringTag");
    tag->value = literal_value("Math");
    tag->atts |= JS_READONLY | JS_DONTENUM;
    define_hidden(J, J->G, "Math", object_value(math));
}

}  // namespace k6::js
