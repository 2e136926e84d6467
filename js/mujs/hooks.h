/* Forced into MuJS's interpreter and parser by third_party/mujs.BUILD; see js/mujs/README.md. */
#ifndef K6_JS_MUJS_HOOKS_H
#define K6_JS_MUJS_HOOKS_H

#include <setjmp.h>
#include <string.h>

struct js_State;

/* An exception leaves js_throw through our unwinder, which tells C++ frames, cleanup handlers and the script's own
   catch blocks apart. */
void k6_js_unwind(struct js_State *J) __attribute__((noreturn));
#define longjmp(buffer, value) k6_js_unwind(J)

/* How deep source may nest depends on whose C stack compiles it. */
int k6_js_nesting_limit(struct js_State *J);
#define JS_ASTLIMIT k6_js_nesting_limit(J)

/* MuJS's own function reads a variable before it is set. */
int k6_js_utf16_index(const char *text, const char *position);
#define js_utfptrtoidx k6_js_utf16_index

/* The interpreter copies the name that an instruction holds before it does anything else with it; where from is noted
   in a member that only the parser uses otherwise, so that errors can name the property (units/value.cc). */
#define memcpy(to, from, size) (__builtin_memcpy((to), (from), (size)), J->text = (const char *)(from))

#endif
