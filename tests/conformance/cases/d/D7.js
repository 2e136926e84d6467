// D7 tags of a check
const e = throws(() => check(1, { a: true }, { x: null }), "invalid value for metric tag 'x'");
equal(check(1, { a: true }, { x: 1, y: 'a', z: true }), true);
