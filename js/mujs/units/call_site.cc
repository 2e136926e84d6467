// What a call that failed was written like: for "Object has no member 'x'".
#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

/// How an instruction changes the stack, and how long it is.
struct Effect {
    int pops;
    int pushes;
    int operands;  // words after position and opcode
};

Effect effect_of(const js_Instruction* pc) {
    constexpr int pointer = sizeof(const char*) / sizeof(js_Instruction);
    switch (static_cast<js_OpCode>(pc[1])) {
        case OP_POP:
        case OP_THROW:
        case OP_RETURN:
        case OP_WITH:
            return {1, 0, 0};
        case OP_DUP:
        case OP_POSTINC:
        case OP_POSTDEC:
            return {1, 2, 0};
        case OP_DUP2:
            return {2, 4, 0};
        case OP_INTEGER:
        case OP_CLOSURE:
        case OP_GETLOCAL:
        case OP_DELLOCAL:
            return {0, 1, 1};
        case OP_NUMBER:
            return {0, 1, sizeof(double) / sizeof(js_Instruction)};
        case OP_STRING:
        case OP_HASVAR:
        case OP_GETVAR:
        case OP_DELVAR:
            return {0, 1, pointer};
        case OP_NEWREGEXP:
            return {0, 1, pointer + 1};
        case OP_NEWARRAY:
        case OP_NEWOBJECT:
        case OP_UNDEF:
        case OP_NULL:
        case OP_TRUE:
        case OP_FALSE:
        case OP_THIS:
        case OP_CURRENT:
            return {0, 1, 0};
        case OP_SETLOCAL:
            return {1, 1, 1};
        case OP_SETVAR:
        case OP_GETPROP_S:
        case OP_DELPROP_S:
            return {1, 1, pointer};
        case OP_SETPROP_S:
            return {2, 1, pointer};
        case OP_INITARRAY:
        case OP_IN:
        case OP_GETPROP:
        case OP_DELPROP:
        case OP_MUL:
        case OP_DIV:
        case OP_MOD:
        case OP_ADD:
        case OP_SUB:
        case OP_SHL:
        case OP_SHR:
        case OP_USHR:
        case OP_LT:
        case OP_GT:
        case OP_LE:
        case OP_GE:
        case OP_EQ:
        case OP_NE:
        case OP_STRICTEQ:
        case OP_STRICTNE:
        case OP_BITAND:
        case OP_BITXOR:
        case OP_BITOR:
        case OP_INSTANCEOF:
            return {2, 1, 0};
        case OP_SETPROP:
        case OP_INITPROP:
        case OP_INITGETTER:
        case OP_INITSETTER:
            return {3, 1, 0};
        case OP_NEXTITER:
            return {1, 3, 0};
        case OP_CALL:
            return {pc[2] + 2, 1, 1};
        case OP_NEW:
            return {pc[2] + 1, 1, 1};
        case OP_JCASE:
            return {1, 0, 1};
        case OP_JTRUE:
        case OP_JFALSE:
            return {1, 0, 1};
        case OP_TRY:
            return {0, 1, 1};  // the exception
        case OP_JUMP:
            return {0, 0, 1};
        case OP_CATCH:
            return {1, 0, pointer};
        default:
            return {0, 0, 0};
    }
}

const char* name_at(const js_Instruction* operand) {
    const char* name;
    std::memcpy(&name, operand, sizeof name);
    return name;
}

}  // namespace

int instruction_size(const js_Instruction* pc) { return 2 + effect_of(pc).operands; }

const char* member_of_call(const js_Function* function, const js_Instruction* call) {
    constexpr int none = -1;
    std::vector<int> producers;                // the instruction that made each value on the stack
    std::map<int, std::vector<int>> arrivals;  // what the stack is like at the targets of jumps ahead
    bool reachable = true;
    int at = 0;
    const int end = static_cast<int>(call - function->code);
    while (at <= end) {
        if (const auto arrival = arrivals.find(at); arrival != arrivals.end() && !reachable)
            producers = arrival->second;
        reachable = true;
        const js_Instruction* pc = function->code + at;
        const auto code = static_cast<js_OpCode>(pc[1]);
        const Effect effect = effect_of(pc);
        if (static_cast<int>(producers.size()) < effect.pops) return nullptr;
        if (at == end) break;
        auto jump_to = [&](int target) {
            if (target > at) arrivals.emplace(target, producers);
        };
        if (code == OP_ROT2 || code == OP_ROT3 || code == OP_ROT4) {
            const int depth = code == OP_ROT2 ? 2 : code == OP_ROT3 ? 3 : 4;
            if (static_cast<int>(producers.size()) < depth) return nullptr;
            std::rotate(producers.end() - depth, producers.end() - 1, producers.end());
        } else if (code == OP_TRY) {
            jump_to(pc[2]);
            producers.push_back(none);
        } else {
            producers.resize(producers.size() - static_cast<std::size_t>(effect.pops));
            if (code == OP_JTRUE || code == OP_JFALSE || code == OP_JCASE) jump_to(pc[2]);
            if (code == OP_JUMP) jump_to(pc[2]);
            for (int i = 0; i < effect.pushes; ++i) producers.push_back(at);
            reachable = code != OP_JUMP && code != OP_RETURN && code != OP_THROW;
        }
        at += 2 + effect.operands;
    }
    const std::size_t callee = producers.size() - static_cast<std::size_t>(call[2]) - 2;
    if (callee >= producers.size() || producers[callee] == none) return nullptr;
    const js_Instruction* producer = function->code + producers[callee];
    return producer[1] == OP_GETPROP_S ? name_at(producer + 2) : nullptr;
}

}  // namespace k6::js
