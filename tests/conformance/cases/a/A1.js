// A1 names that scripts must not find
for (const name of ['fetch', 'URL', 'Buffer', 'process', 'structuredClone', 'queueMicrotask', 'performance', 'atob', 'Intl', 'WeakRef', 'setImmediate']) {
  equal(typeof globalThis[name], 'undefined', name);
}
equal(typeof fetch, 'undefined');
equal(typeof process, 'undefined');
