// A5 `module` and `exports` in an ES module say that module kinds were mixed
// mode: init
let text = 'nothing thrown';
try {
  module;
} catch (e) {
  text = String(e);
}
ok(text.startsWith('GoError: you are trying to access identifier "module"'), text);
throws(() => exports.a, 'you are trying to access identifier "exports"');
equal(typeof module, 'undefined');
equal(typeof exports, 'undefined');
