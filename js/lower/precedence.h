// How strongly expressions bind. Private to this folder.
#pragma once

#include <cstdint>

#include "js/syntax/ast.h"

namespace k6::js::lower {

/// Binding strength of expressions, weakest first.
enum class Precedence : std::uint8_t {
    comma,
    assignment,
    conditional,
    logical_or,
    logical_and,
    bitwise_or,
    bitwise_xor,
    bitwise_and,
    equality,
    relational,
    shift,
    additive,
    multiplicative,
    unary,
    postfix,
    call,
    member,
    primary,
};

inline Precedence precedence_of(syntax::BinaryOperator op) {
    switch (op) {
        case syntax::BinaryOperator::multiply:
        case syntax::BinaryOperator::divide:
        case syntax::BinaryOperator::remainder:
        case syntax::BinaryOperator::exponent:
            return Precedence::multiplicative;
        case syntax::BinaryOperator::add:
        case syntax::BinaryOperator::subtract:
            return Precedence::additive;
        case syntax::BinaryOperator::shift_left:
        case syntax::BinaryOperator::shift_right:
        case syntax::BinaryOperator::shift_right_unsigned:
            return Precedence::shift;
        case syntax::BinaryOperator::bitwise_and:
            return Precedence::bitwise_and;
        case syntax::BinaryOperator::bitwise_or:
            return Precedence::bitwise_or;
        case syntax::BinaryOperator::bitwise_xor:
            return Precedence::bitwise_xor;
        case syntax::BinaryOperator::equal:
        case syntax::BinaryOperator::not_equal:
        case syntax::BinaryOperator::strict_equal:
        case syntax::BinaryOperator::strict_not_equal:
            return Precedence::equality;
        default:
            return Precedence::relational;
    }
}

inline Precedence above(Precedence precedence) { return static_cast<Precedence>(static_cast<int>(precedence) + 1); }

}  // namespace k6::js::lower
