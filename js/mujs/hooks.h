/* Forced into MuJS's parser and compiler by third_party/mujs.BUILD; see js/mujs/README.md. */
#ifndef K6_JS_MUJS_HOOKS_H
#define K6_JS_MUJS_HOOKS_H

#include <setjmp.h>
#include <string.h>

struct js_State;

/* How deep source may nest depends on whose C stack compiles it. */
int k6_js_nesting_limit(struct js_State *J);
#define JS_ASTLIMIT k6_js_nesting_limit(J)

/* What the parser notes of a token as its line is its position in the text: units/compile.cc. */
int k6_js_lex(struct js_State *J);
#ifdef K6_JS_PARSER
#define jsY_lex k6_js_lex
#endif

/* A call stands where its argument list begins, not where its last argument does. */
#ifdef K6_JS_COMPILER
#include "jsi.h"
/* Names are looked for among a function's variables one by one; most differ in the first character. */
static int k6_js_compare_names(const char *a, const char *b) { return a == b ? 0 : *a != *b ? *a - *b : strcmp(a, b); }
#define strcmp k6_js_compare_names
#define OP_CALL (F->lastline = fun->parent->line, OP_CALL)
#endif

#endif
