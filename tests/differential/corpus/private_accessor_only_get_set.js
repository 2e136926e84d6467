class A { get #g() { return 1 } set #s(v) { } t() { const r = []; try { this.#g = 1 } catch (e) { r.push(e.name) } try { this.#s } catch (e) { r.push(e.name) } return r.join() } } print(new A().t())
