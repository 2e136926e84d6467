// A28 texts of the engine's own errors
throws(() => null.foo, "TypeError: Cannot read property 'foo' of undefined");
throws(() => undefined.foo, "TypeError: Cannot read property 'foo' of undefined");
throws(() => ({}).foo(), "TypeError: Object has no member 'foo'");
throws(() => { const c = 1; c = 2; }, 'TypeError: Assignment to constant variable.');
throws(() => nope, 'ReferenceError: nope is not defined');
throws(() => { nope2 = 1; }, 'ReferenceError: nope2 is not defined');
