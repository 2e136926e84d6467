// Operators for operands that are not two numbers: conversions, strings, BigInt.
#include <cmath>
#include <cstring>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

js_Value number_result(js_OpCode operation, double x, double y) {
    const auto shift = static_cast<std::uint32_t>(jsV_numbertoint32(y)) & 31;
    switch (operation) {
        case OP_SUB:
            return number_value(x - y);
        case OP_MUL:
            return number_value(x * y);
        case OP_DIV:
            return number_value(x / y);
        case OP_MOD:
            return number_value(remainder_of(x, y));
        case OP_SHL:
            return number_value(static_cast<std::int32_t>(static_cast<std::uint32_t>(jsV_numbertoint32(x)) << shift));
        case OP_SHR:
            return number_value(jsV_numbertoint32(x) >> shift);
        case OP_USHR:
            return number_value(static_cast<std::uint32_t>(jsV_numbertoint32(x)) >> shift);
        case OP_BITAND:
            return number_value(jsV_numbertoint32(x) & jsV_numbertoint32(y));
        case OP_BITXOR:
            return number_value(jsV_numbertoint32(x) ^ jsV_numbertoint32(y));
        default:
            return number_value(jsV_numbertoint32(x) | jsV_numbertoint32(y));
    }
}

void arithmetic(js_State* J, js_OpCode operation) {
    js_Value* left = J->stack + J->top - 2;
    js_Value* right = J->stack + J->top - 1;
    to_numeric(J, left);
    to_numeric(J, right);
    if (is_bigint(*left) != is_bigint(*right)) {
        js_typeerror(J, "Cannot mix BigInt and other types, use explicit conversions");
    }
    *left = is_bigint(*left) ? bigint_operate(J, operation, *left, *right)
                             : number_result(operation, left->u.number, right->u.number);
    --J->top;
}

void comparison(js_State* J, js_OpCode operation) {
    int comparable;
    const int order = js_compare(J, &comparable);
    bool holds = false;
    if (comparable) {
        holds = operation == OP_LT   ? order < 0
                : operation == OP_GT ? order > 0
                : operation == OP_LE ? order <= 0
                                     : order >= 0;
    }
    J->top -= 1;
    J->stack[J->top - 1] = boolean_value(holds);
}

}  // namespace

double remainder_of(double x, double y) {
    if (x >= 0 && x <= 9007199254740991.0 && y >= 1 && y <= 9007199254740991.0) {
        const auto dividend = static_cast<std::int64_t>(x);
        const auto divisor = static_cast<std::int64_t>(y);
        if (dividend == x && divisor == y) return static_cast<double>(dividend % divisor);
    }
    return std::fmod(x, y);
}

void to_numeric(js_State* J, js_Value* value) {
    jsV_toprimitive(J, value, JS_HNUMBER);
    if (!is_bigint(*value)) *value = number_value(jsV_tonumber(J, value));
}

void operate(js_State* J, js_OpCode operation) {
    bool equal;
    switch (operation) {
        case OP_ADD:
            return js_concat(J);
        case OP_LT:
        case OP_GT:
        case OP_LE:
        case OP_GE:
            return comparison(J, operation);
        case OP_EQ:
        case OP_NE:
            equal = js_equal(J) != 0;
            --J->top;
            J->stack[J->top - 1] = boolean_value(equal == (operation == OP_EQ));
            return;
        case OP_STRICTEQ:
        case OP_STRICTNE:
            equal = js_strictequal(J) != 0;
            --J->top;
            J->stack[J->top - 1] = boolean_value(equal == (operation == OP_STRICTEQ));
            return;
        default:
            return arithmetic(J, operation);
    }
}

void operate_unary(js_State* J, js_OpCode operation) {
    js_Value& value = J->stack[J->top - 1];
    if (operation == OP_POS) {
        value = number_value(jsV_tonumber(J, &value));
        return;
    }
    to_numeric(J, &value);
    if (is_bigint(value)) {
        value = bigint_operate(J, operation, value, value);
        return;
    }
    const double number = value.u.number;
    switch (operation) {
        case OP_NEG:
            value.u.number = -number;
            break;
        case OP_BITNOT:
            value.u.number = ~jsV_numbertoint32(number);
            break;
        case OP_INC:
            value.u.number = number + 1;
            break;
        default:
            value.u.number = number - 1;
            break;
    }
}

}  // namespace k6::js
