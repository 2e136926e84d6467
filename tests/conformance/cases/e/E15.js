// E15 AES
const zero = new Uint8Array(16);
const run = async (algorithm) => {
  const key = await crypto.subtle.importKey('raw', zero, algorithm.name, true, ['encrypt', 'decrypt']);
  const out = await crypto.subtle.encrypt(algorithm, key, bytes('hello'));
  const back = await crypto.subtle.decrypt(algorithm, key, out);
  equal(hex(back), hex(bytes('hello')), algorithm.name);
  return hex(out);
};
equal(await run({ name: 'AES-CBC', iv: zero }), '9834ed518cbc8fbe9af3c6ecb75eb8c0');
equal(await run({ name: 'AES-CTR', counter: zero, length: 64 }), '0e8c27b880');
equal(await run({ name: 'AES-GCM', iv: new Uint8Array(12) }), '6bedb6a20ffc05f3475d29034caa1cc8fa3628c39f');
