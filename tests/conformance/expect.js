// What conformance snippets assert with. A wrong value throws an Error that shows both.

function show(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value !== null && typeof value === 'object') {
    try {
      return JSON.stringify(value);
    } catch (e) {
      return String(value);
    }
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

// The very same value (Object.is).
export function equal(actual, expected, what) {
  if (!Object.is(actual, expected)) throw new Error(`${what || 'value'}: got ${show(actual)}, expected ${show(expected)}`);
}

// The same JSON.
export function same(actual, expected, what) {
  equal(JSON.stringify(actual), JSON.stringify(expected), what);
}

export function ok(value, what) {
  if (!value) throw new Error(`${what || 'condition'}: got ${show(value)}, expected something true`);
}

// String(actual) contains a text or matches a regular expression.
export function matches(actual, pattern, what) {
  const text = String(actual);
  const found = typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
  if (!found) throw new Error(`${what || 'text'}: ${show(text)} does not match ${pattern}`);
}

// `run` throws, and String of what it throws contains a text or matches a regular expression. Returns what was thrown.
export function throws(run, pattern, what) {
  let thrown;
  let did = false;
  try {
    run();
  } catch (e) {
    did = true;
    thrown = e;
  }
  if (!did) throw new Error(`${what || 'call'}: did not throw ${pattern}`);
  if (pattern !== undefined) matches(thrown, pattern, what || 'thrown');
  return thrown;
}

// As throws, for a promise.
export async function rejects(promise, pattern, what) {
  let thrown;
  let did = false;
  try {
    await promise;
  } catch (e) {
    did = true;
    thrown = e;
  }
  if (!did) throw new Error(`${what || 'promise'}: did not reject with ${pattern}`);
  if (pattern !== undefined) matches(thrown, pattern, what || 'rejection');
  return thrown;
}

// The bytes of an ArrayBuffer or typed array in hexadecimal.
export function hex(data) {
  const view = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let out = '';
  for (let i = 0; i < view.length; i++) out += (view[i] < 16 ? '0' : '') + view[i].toString(16);
  return out;
}

// An ASCII string as a Uint8Array.
export function bytes(text) {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}
