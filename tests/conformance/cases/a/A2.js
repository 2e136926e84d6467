// A2 names that scripts find
const kinds = { TextEncoder: 'function', TextDecoder: 'function', setTimeout: 'function', setInterval: 'function', clearTimeout: 'function',
  clearInterval: 'function', require: 'function', open: 'function', crypto: 'object', global: 'object', console: 'object' };
for (const name of Object.keys(kinds)) equal(typeof globalThis[name], kinds[name], name);
equal(typeof TextEncoder, 'function');
equal(global, globalThis);
