// Private methods are no properties, and belong to what the class has made, whatever its prototype is now.
class Q { #x=1; #m(){return 'm'+this.#x} get #a(){return 'a'} set #a(v){this.#x=v} static #s(){return 's'} static t(o){return o.#m()} static ta(o){return o.#a} static ts(o){o.#a=1} static has(o){return #m in o} static st(C){return C.#s()} }
const q=new Q(); print(Reflect.ownKeys(q).length, Reflect.ownKeys(Q.prototype).map(String).join(), Object.getOwnPropertyNames(Q.prototype).join(), Reflect.ownKeys(Q).map(String).join());
for (const o of [{}, Object.create(q), Object.create(Q.prototype), Object.setPrototypeOf({}, Q.prototype), new Proxy(q,{}), null, 5]) {
  for (const f of ['t','ta','ts','has']) { try { print(f, Q[f](o)); } catch(e) { print(f, e.constructor.name); } }
}
Object.setPrototypeOf(q,null); print(Q.t(q), Q.ta(q), Q.has(q));
class R extends Q {} try { print(Q.st(R)); } catch(e) { print(e.constructor.name) } print(Q.st(Q));
const moved = Object.setPrototypeOf(new Q(), class { #m() { return 'other'; } }.prototype); print(Q.t(moved), Q.ta(moved), Q.has(moved));
class S { #m() { return 'S'; } static t(o) { return o.#m(); } static has(o) { return #m in o; } }
class T extends S { #m() { return 'T'; } static u(o) { return o.#m(); } }
const t = new T(); print(S.t(t), T.u(t)); Object.setPrototypeOf(t, S.prototype); print(S.t(t), T.u(t), S.has(t));
const made = Reflect.construct(function () {}, [], S); print(made instanceof S, S.has(made)); try { S.t(made); } catch (e) { print(e.constructor.name); }
const crossed = Reflect.construct(class { #x() {} }, [], S); print(crossed instanceof S, S.has(crossed));
function Plain() {} Plain.prototype = S.prototype; print(S.has(new Plain()), S.has(S.prototype), S.has(Object.freeze(new S())));
const frozen = Object.freeze(new S()); try { Object.setPrototypeOf(frozen, null); } catch (e) { print(e.constructor.name); } print(S.t(frozen));
print(JSON.stringify(new S()), Object.keys(moved).length, Reflect.ownKeys(moved).length, Object.getOwnPropertyNames(moved).length); for (const k in moved) print(k);
print(JSON.stringify(Object.getOwnPropertyDescriptors(S.prototype)), JSON.stringify({ ...new S() }), Object.assign({}, moved) && 'copied');
