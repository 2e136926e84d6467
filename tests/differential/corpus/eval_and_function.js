print((0, eval)('1 + 1'), new Function('a', 'b = 2', 'const f = (x) => x ?? b; return f(a)')(null), Function('return typeof this')(), new Function('a', 'return a').name, typeof eval('(class { #x = 1; static t() { return new this().#x } })'));
try { new Function('let a = ;') } catch (e) { print(e.name) } try { (0, eval)('throw new TypeError()') } catch (e) { print(e.name) }
