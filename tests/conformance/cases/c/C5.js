// C5 a callback is needed
throws(() => setTimeout(undefined, 1), "GoError: setTimeout's callback isn't a callable function");
throws(() => setInterval(), "setInterval's callback isn't a callable function");
const e = throws(() => setTimeout('x', 1));
equal(e instanceof TypeError, true);
