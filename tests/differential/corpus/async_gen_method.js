const o = { async *m() { yield this.v }, v: 4 }; class A { static async *s() { yield 1 } async *#p() { yield 2 } q() { return this.#p() } }
(async () => { for await (const x of o.m()) print(x); for await (const x of A.s()) print(x); for await (const x of new A().q()) print(x) })();
