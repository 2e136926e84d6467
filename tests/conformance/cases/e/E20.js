// E20 getRandomValues
throws(() => crypto.getRandomValues(new Float32Array(2)), 'TypeMismatchError');
throws(() => crypto.getRandomValues(new Uint8Array(65537)), 'QuotaExceededError');
const a = new Uint8Array(32);
equal(crypto.getRandomValues(a), a);
ok([...a].some((x) => x !== 0));
matches(crypto.randomUUID(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
