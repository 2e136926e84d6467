// A7 the members of console
same(Object.keys(console).sort(), ['debug', 'error', 'info', 'log', 'warn']);
