#!/usr/bin/env python3
"""Random programs that end, print what they compute, and mean the same in every engine.

    generate.py SEED COUNT FOLDER     writes FOLDER/SEED.js … (SEED + COUNT - 1).js

The same seed always gives the same program. A program is a function body; it uses ES2022 without host objects, and
prints values through `show`, which spells out structure and types. Error messages differ among engines, so only names
of errors are printed; so do not times, random numbers and locales.
"""
import os
import random
import sys

PRELUDE = r"""
Function.prototype.toString = function () { return 'code'; };
let steps = 0;
function show(value, depth = 0) {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case 'string': return JSON.stringify(value);
    case 'number': return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint': return value + 'n';
    case 'function': return 'function ' + value.name + '/' + value.length;
    case 'symbol': return value.toString();
    case 'boolean': return String(value);
  }
  if (depth > 3) return '…';
  const inner = (v) => show(v, depth + 1);
  if (Array.isArray(value)) {
    const parts = [];
    for (let i = 0; i < value.length && i < 20; i++) parts.push(i in value ? inner(value[i]) : '<hole>');
    return '[' + parts.join(', ') + (value.length > 20 ? ', …' + value.length : '') + ']';
  }
  if (value instanceof Map) return 'Map{' + [...value].slice(0, 20).map(([k, v]) => inner(k) + ' => ' + inner(v)).join(', ') + '}';
  if (value instanceof Set) return 'Set{' + [...value].slice(0, 20).map(inner).join(', ') + '}';
  if (value instanceof Error) return value.name;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Promise) return 'Promise';
  const name = value.constructor && value.constructor !== Object ? String(value.constructor.name) + ' ' : '';
  const keys = Reflect.ownKeys(value).slice(0, 20);
  return name + '{' + keys.map((k) => {
    const d = Object.getOwnPropertyDescriptor(value, k);
    return String(k) + ': ' + (d.get || d.set ? '<accessor>' : inner(d.value));
  }).join(', ') + '}';
}
const fail = (error) => (error instanceof Error ? error.name : 'thrown ' + show(error));
function tick() { if (++steps > 3000) throw new RangeError('too long'); }
function tag(strings, ...values) { return strings.raw.join('|') + '#' + values.map((v) => typeof v).join(); }
function* count(n) { try { for (let i = 0; i < n; i++) { tick(); yield i; } } finally { print('count ends'); } }
class Base {
  #secret = 1; field = [1];
  constructor(a) { this.a = a; }
  get secret() { return this.#secret; }
  set secret(v) { this.#secret = v; }
  bump(by = 1) { this.#secret += by; return this; }
  static make(...list) { return new this(...list); }
  static has(o) { return #secret in o; }
  toString() { return 'Base' + this.#secret; }
}
"""

WORDS = ["a", "b", "c", "key", "x1", "name", "über", "0", "7", "length"]
STRINGS = ["''", "'a'", "'abc'", "'hello world'", "'42'", "' 7 '", "'ä😀z'", "'a,b,,c'", "'Zz'", "`t${1 + 1}`"]
NUMBERS = ["0", "1", "-1", "2", "3", "7", "10", "255", "0.5", "-2.75", "1e21", "NaN", "-0", "Infinity", "2147483648", "0x1f"]
BINARY = ["+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", ">>>", "<", "<=", ">", ">=", "==", "!=", "===", "!=="]
ASSIGN = ["=", "+=", "-=", "*=", "/=", "%=", "**=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "&&=", "||=", "??="]
ARRAY_CALLS = [
    ".map({f1})", ".filter({f1})", ".slice({n}, {n})", ".concat({e})", ".indexOf({e})", ".includes({e})", ".join({s})",
    ".reverse()", ".sort()", ".sort((p, q) => (p < q ? -1 : p > q ? 1 : 0))", ".flat()", ".find({f1})", ".findIndex({f1})",
    ".some({f1})", ".every({f1})", ".reduce((p, q) => p + '' + q, '')", ".at({n})", ".fill({e}, {n}, {n})", ".push({e})",
    ".unshift({e})", ".pop()", ".shift()", ".splice({n}, {n}, {e})", ".keys().next()", ".flatMap((v) => [v, {e}])",
    ".lastIndexOf({e})", ".reduceRight((p, q) => [q, p], null)", ".copyWithin({n}, {n})", ".findLast({f1})", ".length",
    ".entries().next()", ".forEach({f1})",
]
STRING_CALLS = [
    ".toUpperCase()", ".slice({n}, {n})", ".split({s})", ".indexOf({s})", ".charAt({n})", ".charCodeAt({n})", ".trim()",
    ".padStart({n}, {s})", ".repeat(2)", ".replace({s}, {s})", ".replaceAll('a', {s})", ".startsWith({s})", ".concat({e})",
    ".substring({n}, {n})", ".codePointAt({n})", ".at({n})", ".match({re})", ".replace({re}, (m, ...r) => '<' + m + r.length + '>')",
    ".search({re})", ".split({re})", ".replace({re}, '[$&$1]')", ".normalize()", ".length", ".includes({s})", ".lastIndexOf({s})",
    ".substr({n}, {n})", ".padEnd({n})", ".localeCompare === undefined",
]
REGEXPS = ["/a/", "/[a-z]+/g", "/(\\w)(\\d)?/g", "/^h/i", "/o$/", "/(?<first>[a-m])/g", "/\\s+/", "/(?=l)/g", "/(?<!h)e/",
           "/./su", "/\\b/g", "/,?/g", "/(a|b)*c?/", "/[^,]/gy"]
GLOBAL_CALLS = [
    "Object.keys({e})", "Object.entries({o})", "Object.assign({}, {o}, {o})", "JSON.stringify({e})", "JSON.parse(JSON.stringify({o}))",
    "Number({e})", "String({e})", "Boolean({e})", "parseInt({s}, 10)", "parseFloat({s})", "Math.max({e}, {n})", "Math.floor({e})",
    "Array.isArray({e})", "Array.from({arr}, (v, i) => i)", "Array.of({e}, {e})", "Object.freeze({o})", "isNaN({e})",
    "Number.isInteger({e})", "Object.fromEntries([['k', {e}], ['l', {e}]])", "new Map([[{e}, {e}], [{e}, 1]])", "new Set({arr})",
    "[...new Set({arr})]", "Object.getOwnPropertyNames({o})", "Reflect.ownKeys({o})", "Math.trunc({e})", "(255).toString(16)",
    "({n}).toFixed(2)", "Object.is({e}, {e})", "Symbol({s}).toString()", "Symbol.for('q') === Symbol.for('q')", "new Base({e})",
    "Base.make({e}).bump({n}).secret", "Base.has({e})", "[...count(3)]", "tag`x${{e}}y${{e}}`", "Object.values({o})", "encodeURIComponent('ä b&')",
    "JSON.stringify({o}, null, 1)", "new Date(0).toISOString()", "Math.sign({e})", "Math.hypot(3, 4)", "BigInt(12) * 3n", "typeof {e}",
    "String.raw`\\n${{e}}`", "Math.min(...[3, 1, 2])", "Array.from({ length: 3 }, (_, i) => i * i)", "new Array(3)", "new Error({s}).message",
]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.scopes = [[]]  # lists of (name, can be assigned)
        self.counter = 0
        self.depth = 0
        self.loop_depth = 0
        self.labels = []
        self.in_function = None  # None, 'plain', 'generator', 'async', 'async generator'
        self.budget = 180

    # ---- choices ----
    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, items):
        return self.random.choice(items)

    def fresh(self, letter="v"):
        self.counter += 1
        return letter + str(self.counter)

    def names(self):
        return [name for scope in self.scopes for name in scope]

    def declare(self, name, assignable=True):
        self.scopes[-1].append((name, assignable))

    # ---- expressions ----
    def name(self):
        names = self.names()
        return self.pick(names)[0] if names else "steps"

    def target(self):
        names = [name for name, assignable in self.names() if assignable]
        return self.pick(names) if names else None

    def fill(self, template):
        out = template
        for mark, make in (("{e}", self.small), ("{n}", lambda: self.pick(["0", "1", "2", "-1", "5", "undefined"])),
                           ("{s}", lambda: self.pick(STRINGS)), ("{re}", lambda: self.pick(REGEXPS)), ("{o}", self.object),
                           ("{arr}", self.array), ("{f1}", self.callback)):
            while mark in out:
                out = out.replace(mark, make(), 1)
        return out

    def small(self):
        return self.expression(self.depth + 3)

    def callback(self):
        name = self.fresh("p")
        self.scopes.append([(name, True)])
        saved = (self.in_function, self.loop_depth, self.labels)
        self.in_function, self.loop_depth, self.labels = "plain", 0, []
        body = self.expression(self.depth + 3)
        self.in_function, self.loop_depth, self.labels = saved
        self.scopes.pop()
        return f"({name}) => {body if not body.startswith('{') else '(' + body + ')'}"

    def array(self):
        parts = []
        for _ in range(self.random.randint(0, 4)):
            roll = self.random.random()
            if roll < 0.08:
                parts.append("")
            elif roll < 0.2:
                parts.append("..." + self.pick(["'xy'", "[1, 2]", "count(2)", "new Set([1, 1, 'q'])"]))
            else:
                parts.append(self.small())
        return "[" + ", ".join(parts) + ("," if parts and parts[-1] == "" else "") + "]"

    def key(self):
        return self.pick(WORDS)

    def property_name(self):
        word = self.key()
        if self.chance(0.15):
            return "[" + self.pick(["'c' + 1", "`k${2}`", "1 + 1", "Symbol.for('s')", "'" + word + "'"]) + "]"
        return word if not word[0].isdigit() or word.isdigit() else repr(word)

    def object(self):
        # Node defines the accessors, and of repeated keys the last, too late in literals with a spread.
        spreads = self.chance(0.25)
        keys = set()
        parts = []
        for _ in range(self.random.randint(0, 4)):
            roll = self.random.random() if spreads else self.random.uniform(0.1, 1)
            if spreads and 0.1 <= roll < 0.42:
                roll = 0.9
            if roll < 0.1:
                parts.append("..." + self.pick(["{ a: 9, sp: 1 }", "[5, 6]", "null", "'st'", "new Base(1)"]))
            elif roll < 0.2 and self.names():
                parts.append(self.name())
            elif roll < 0.28:
                parts.append(f"get {self.property_name()}() {{ return {self.small()}; }}")
            elif roll < 0.33:
                parts.append(f"set {self.property_name()}(value) {{ this.stored = value; }}")
            elif roll < 0.42:
                parts.append(self.method())
            else:
                name = self.property_name()
                if spreads and (name in keys or name.startswith("[")):
                    continue
                keys.add(name)
                parts.append(f"{name}: {self.small()}")
        return "{ " + ", ".join(parts) + " }" if parts else "{}"

    def method(self):
        kind = self.pick(["", "", "*", "async "])
        return f"{kind}{self.property_name()}" + self.function_rest(
            {"": "plain", "*": "generator", "async ": "async"}[kind], short=True)

    def expression(self, depth=None):
        depth = self.depth if depth is None else depth
        saved, self.depth = self.depth, depth + 1
        try:
            return self.expression_at(depth)
        finally:
            self.depth = saved

    def expression_at(self, depth):
        roll = self.random.random()
        if depth > 5 or roll < 0.16:
            return self.pick([self.name, lambda: self.pick(NUMBERS), lambda: self.pick(STRINGS), self.name,
                              lambda: self.pick(["true", "false", "null", "undefined", "5n"])])()
        if roll < 0.3:
            op = self.pick(BINARY)
            return f"(({self.expression()}) {op} ({self.expression()}))"
        if roll < 0.36:
            return f"({self.expression()} {self.pick(['&&', '||'])} {self.expression()})"
        if roll < 0.4:
            return f"(({self.expression()}) ?? ({self.expression()}))"
        if roll < 0.45:
            return f"({self.expression()} ? {self.expression()} : {self.expression()})"
        if roll < 0.49:
            return f"({self.pick(['-', '+', '!', '~', 'typeof ', 'void '])}({self.expression()}))"
        if roll < 0.55:
            return self.array()
        if roll < 0.61:
            return f"({self.object()})"
        if roll < 0.66:
            return f"{self.array()}" + self.fill(self.pick(ARRAY_CALLS))
        if roll < 0.71:
            return f"{self.pick(STRINGS)}" + self.fill(self.pick(STRING_CALLS))
        if roll < 0.77:
            return self.fill(self.pick(GLOBAL_CALLS))
        if roll < 0.81:
            return f"`{self.pick(['', 'p '])}${{{self.expression()}}}-${{{self.expression()}}}`"
        if roll < 0.86:
            base = self.name()
            return base + self.pick(["?.", "?."]) + self.pick(
                [self.pick(["a", "b", "name", "length"]), f"[{self.small()}]", f"({self.small()})",
                 f"a?.[{self.small()}]", f"b?.({self.small()})", "toString?.()", "at?.(0)?.length"])
        if roll < 0.89:
            kind = self.pick(["plain", "arrow", "arrow", "generator", "async"])
            return "(" + self.function_expression(kind) + ")" + self.pick(["", "", f"({self.small()}, ...[1, {self.small()}])"])
        if roll < 0.92:
            target = self.target()
            if target:
                return f"({target} {self.pick(ASSIGN)} {self.expression()})"
        if roll < 0.94:
            target = self.target()
            if target:
                return self.pick([f"{target}++", f"--{target}", f"{target}--", f"++{target}"])
        if roll < 0.955 and self.in_function in ("generator", "async generator"):
            return f"(yield {self.expression()})"
        if roll < 0.97 and self.in_function in ("async", "async generator"):
            return f"(await {self.expression()})"
        if roll < 0.98:
            return f"new (class {self.class_rest()})({self.small()})"
        if roll < 0.985:
            return f"({self.pick(WORDS[:4])!r} in ({self.object()}))"
        return f"({self.expression()}, {self.expression()})"

    # ---- functions and classes ----
    def parameters(self):
        parts = []
        for _ in range(self.random.randint(0, 3)):
            roll = self.random.random()
            if roll < 0.6:
                name = self.fresh("p")
                default = f" = {self.small()}" if self.chance(0.3) else ""
                self.declare(name)
                parts.append(name + default)
            else:
                parts.append(self.pattern(self.declare) + self.pick([" = {}", " = []", ""]))
        if self.chance(0.2):
            name = self.fresh("r")
            self.declare(name)
            parts.append("..." + name)
        return ", ".join(parts)

    def pattern(self, declare, depth=0):
        def leaf():
            if depth < 2 and self.chance(0.2):
                return self.pattern(declare, depth + 1) + self.pick([" = {}", " = []", ""])
            default = f" = {self.small()}" if self.chance(0.4) else ""
            name = self.fresh("d")
            declare(name)
            return name + default
        if self.chance(0.5):
            parts = [leaf() if self.chance(0.85) else "" for _ in range(self.random.randint(0, 3))]
            if self.chance(0.3):
                name = self.fresh("d")
                declare(name)
                parts.append("..." + name)
            elif parts and parts[-1] == "":
                parts.append("")
            return "[" + ", ".join(parts) + "]"
        parts = [f"{self.property_name()}: {leaf()}" for _ in range(self.random.randint(0, 3))]
        if self.chance(0.3):
            name = self.fresh("d")
            declare(name)
            parts.append("..." + name)
        return "{ " + ", ".join(parts) + " }"

    def function_rest(self, kind, short=False):
        saved = (self.in_function, self.loop_depth, self.labels)
        # Defaults of parameters may not suspend.
        self.in_function, self.loop_depth, self.labels = "plain", 0, []
        self.scopes.append([])
        parameters = self.parameters()
        self.in_function = kind
        body = self.block_body(1 if short else self.random.randint(1, 3), prefix="tick(); ")
        body += f" return {self.expression(self.depth + 1)};"
        self.scopes.pop()
        self.in_function, self.loop_depth, self.labels = saved
        return f"({parameters}) {{ {body} }}"

    def function_expression(self, kind):
        if kind == "arrow":
            saved = (self.in_function, self.loop_depth, self.labels)
            self.in_function, self.loop_depth, self.labels = "plain", 0, []
            self.scopes.append([])
            text = f"({self.parameters()}) => "
            body = self.expression(self.depth + 1)
            self.scopes.pop()
            self.in_function, self.loop_depth, self.labels = saved
            return text + (f"({body})" if body.startswith("{") else body)
        prefix = {"plain": "function ", "generator": "function* ", "async": "async function ",
                  "async generator": "async function* "}[kind]
        return prefix + self.function_rest(kind, short=True)

    def class_rest(self):
        derived = self.chance(0.4)
        private = self.fresh("q")
        parts = []
        saved = (self.in_function, self.loop_depth, self.labels)
        self.in_function, self.loop_depth, self.labels = "plain", 0, []
        for _ in range(self.random.randint(0, 4)):
            roll = self.random.random()
            static = "static " if self.chance(0.3) else ""
            name = self.property_name()
            if name in ("name", "length", "['name']", "['length']") and static:
                name = "other"
            if roll < 0.25:
                parts.append(f"{static}{name} = {self.small()};")
            elif roll < 0.45:
                parts.append(f"{static}{name}{self.function_rest('plain', short=True)}")
            elif roll < 0.55:
                parts.append(f"{static}get {name}() {{ return {self.small()}; }}")
            elif roll < 0.6:
                parts.append(f"{static}*{name}{self.function_rest('generator', short=True)}")
            elif roll < 0.7 and not static:
                parts.append(f"read{private}() {{ return [this.#{private}, #{private} in this]; }}")
            elif roll < 0.8:
                parts.append(f"static {{ this.made = {self.small()}; }}")
            else:
                parts.append(f"write{private}(v) {{ this.#{private} = v; return this.#{private}++; }}")
        if derived:
            parts.append(f"constructor(...list) {{ super(...list); this.own = {self.small()}; }}"
                         if self.chance(0.5) else f"bump(by) {{ return super.bump(by || 2); }}")
        self.in_function, self.loop_depth, self.labels = saved
        return f"{'extends Base ' if derived else ''}{{ #{private} = {self.small()}; {' '.join(parts)} }}"

    # ---- statements ----
    def block_body(self, count, prefix=""):
        self.scopes.append([])
        text = prefix + " ".join(self.statement() for _ in range(count))
        self.scopes.pop()
        return text

    def block(self, count=None):
        return "{ " + self.block_body(self.random.randint(1, 3) if count is None else count) + " }"

    def loop_block(self):
        self.loop_depth += 1
        text = "{ tick(); " + self.block_body(self.random.randint(1, 3)) + " }"
        self.loop_depth -= 1
        return text

    def statement(self):
        self.budget -= 1
        saved, self.depth = self.depth, self.depth + 1
        try:
            if self.budget < 0 or self.depth > 6:
                return f"print({self.pick([self.name(), '1'])} !== 1);"
            return self.statement_here()
        finally:
            self.depth = saved

    def statement_here(self):
        roll = self.random.random()
        if roll < 0.2:
            kind = self.pick(["let", "const", "const", "var"])
            if self.chance(0.25):
                declared = []
                pattern = self.pattern(declared.append)
                text = f"{kind} {pattern} = {self.pick([self.array, self.object, self.expression])()};"
                for name in declared:
                    self.declare(name, kind != "const")
                return text
            value = self.expression()
            name = self.fresh()
            self.declare(name, kind != "const" or self.chance(0.03))
            return f"{kind} {name} = {value};"
        if roll < 0.34:
            return f"print(show({self.expression()}));"
        if roll < 0.42:
            target = self.target()
            if target is None:
                return ";"
            if self.chance(0.2):
                return f"[{target}, {self.target()}] = {self.array()};"
            if self.chance(0.2):
                return f"({{ a: {target} = {self.small()}, ...{self.target()} }} = {self.object()});"
            return f"{target} {self.pick(ASSIGN)} {self.expression()};"
        if roll < 0.48:
            text = f"if ({self.expression()}) {self.block()}"
            if self.chance(0.5):
                text += f" else {self.block()}" if self.chance(0.6) else f" else if ({self.expression()}) {self.block()}"
            return text
        if roll < 0.62:
            return self.loop()
        if roll < 0.68:
            return self.try_statement()
        if roll < 0.73:
            return self.function_statement()
        if roll < 0.77:
            name = self.fresh("C")
            rest = self.class_rest()
            self.declare(name, False)
            return f"class {name} {rest} print(show({name}), show(new {name}({self.small()})));"
        if roll < 0.81:
            return self.switch()
        if roll < 0.86 and (self.loop_depth or self.labels):
            word = self.pick(["break", "continue"])
            if word == "continue" or self.chance(0.5):
                loops = [label for label, is_loop in self.labels if is_loop]
                if loops and self.chance(0.6):
                    return f"if ({self.expression()}) {word} {self.pick(loops)};"
                if self.loop_depth:
                    return f"if ({self.expression()}) {word};"
            elif self.labels:
                return f"if ({self.expression()}) break {self.pick(self.labels)[0]};"
        if roll < 0.89 and self.in_function:
            return f"if ({self.expression()}) return {self.expression()};"
        if roll < 0.91:
            return f"if ({self.small()}) throw {self.pick([self.small(), 'new TypeError()', 'new Error({s})'.replace('{s}', self.pick(STRINGS))])};"
        if roll < 0.94:
            label = self.fresh("l")
            self.labels.append((label, False))
            text = f"{label}: {self.block()}"
            self.labels.pop()
            return text
        return f"{self.expression_statement()};"

    def expression_statement(self):
        text = self.expression()
        return f"({text})"

    def loop(self):
        label = self.fresh("l") if self.chance(0.3) else None
        if label:
            self.labels.append((label, True))
        prefix = f"{label}: " if label else ""
        roll = self.random.random()
        self.scopes.append([])
        if roll < 0.3:
            name = self.fresh("i")
            self.declare(name, False)
            body = self.loop_block()
            if self.chance(0.3):
                body = body[:-1] + f" fs.push(() => {name}); }}"
            text = f"for (let {name} = 0; {name} < {self.random.randint(1, 4)}; {name}++) {body}"
        elif roll < 0.6:
            kind = self.pick(["const", "let", "var"])
            iterable = self.pick([self.array, lambda: self.pick(STRINGS), lambda: "count(3)",
                                  lambda: f"Object.entries({self.object()})", lambda: "new Map([[1, 'm'], ['k', {}]])"])()
            awaits = self.in_function in ("async", "async generator") and self.chance(0.4)
            if self.chance(0.4):
                declared = []
                pattern = self.pattern(declared.append)
                for name in declared:
                    self.declare(name, kind != "const")
            else:
                pattern = self.fresh("x")
                self.declare(pattern, kind != "const")
            body = self.loop_block()
            if self.chance(0.3) and pattern[0] == "x":
                body = body[:-1] + f" fs.push(() => {pattern}); }}"
            text = f"for {'await ' if awaits else ''}({kind} {pattern} of {iterable}) {body}"
        elif roll < 0.75:
            name = self.fresh("k")
            self.declare(name, False)
            text = f"for (const {name} in {self.object()}) {self.loop_block()}"
        elif roll < 0.9:
            name = self.fresh("w")
            body = self.loop_block()
            text = f"{{ let {name} = 0; {prefix}while ({name}++ < {self.random.randint(1, 4)}) {body} }}"
            prefix = ""
        else:
            name = self.fresh("w")
            body = self.loop_block()
            text = f"{{ let {name} = 0; {prefix}do {body} while (++{name} < {self.random.randint(1, 3)}); }}"
            prefix = ""
        self.scopes.pop()
        if label:
            self.labels.pop()
        return prefix + text

    def try_statement(self):
        text = f"try {self.block()}"
        if self.chance(0.8):
            self.scopes.append([])
            roll = self.random.random()
            if roll < 0.2:
                text += f" catch {self.block()}"
            else:
                name = self.fresh("e")
                text += f" catch ({name}) {{ print(fail({name})); {self.block_body(self.random.randint(0, 2))} }}"
            self.scopes.pop()
            if self.chance(0.4):
                text += f" finally {self.block()}"
        else:
            text += f" finally {self.block()}"
        return text

    def function_statement(self):
        kind = self.pick(["plain", "plain", "generator", "async", "async generator"])
        name = self.fresh("f")
        word = {"plain": "function ", "generator": "function* ", "async": "async function ",
                "async generator": "async function* "}[kind]
        text = word + name + self.function_rest(kind)
        self.declare(name, False)
        call = f"{name}({self.small()}, {self.small()})"
        if kind == "plain":
            use = f"print(show({call}));"
        elif kind == "generator":
            use = (f"{{ const it = {call}; try {{ for (let n = 0; n < 5; n++) {{ const r = n === {self.random.randint(1, 6)} "
                   f"? it.{self.pick(['return', 'throw'])}(n) : it.next(n); print(show(r)); if (r.done) break; }} }} "
                   f"catch (e) {{ print(fail(e)); }} }}")
        elif kind == "async":
            use = f"{call}.then((v) => print('{name} gives', show(v)), (e) => print('{name} fails', fail(e)));"
        else:
            use = (f"(async () => {{ try {{ let n = 0; for await (const v of {call}) {{ print('{name}', show(v)); "
                   f"if (++n > {self.random.randint(1, 4)}) break; }} }} catch (e) {{ print('{name} fails', fail(e)); }} }})();")
        return f"{text} {use}"

    def switch(self):
        self.loop_depth, saved_loops = 0, self.loop_depth
        self.scopes.append([])
        clauses = []
        for _ in range(self.random.randint(1, 3)):
            body = self.statement()
            clauses.append(f"case {self.expression()}: {body}{' break;' if self.chance(0.6) else ''}")
        if self.chance(0.5):
            clauses.insert(self.random.randint(0, len(clauses)), f"default: {self.statement()}")
        self.scopes.pop()
        self.loop_depth = saved_loops
        return f"switch ({self.expression()}) {{ {' '.join(clauses)} }}"

    # ---- the program ----
    def program(self):
        lines = [PRELUDE, "const fs = [];"]
        for _ in range(self.random.randint(4, 9)):
            # What one statement declares is not seen by the next: each may fail on its own.
            self.scopes = [[]]
            self.budget = 60
            self.depth = 0
            body = self.block_body(self.random.randint(2, 5))
            lines.append("try { " + body + " } catch (e) { print('failed', fail(e)); }")
        lines.append("try { print(show(fs.map((f) => f()))); } catch (e) { print(fail(e)); }")
        return "\n".join(lines) + "\n"


def main():
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.makedirs(folder, exist_ok=True)
    for one in range(seed, seed + count):
        with open(os.path.join(folder, f"{one}.js"), "w", encoding="utf-8") as out:
            out.write(Generator(one).program())


if __name__ == "__main__":
    main()
