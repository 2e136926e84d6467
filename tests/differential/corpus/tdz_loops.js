for (let i = 0; i < 2; i++) { try { print(f()) } catch (e) { print(e.name) } let v = i; function f() { return v } print(f()) }
