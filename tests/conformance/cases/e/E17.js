// E17 what AES refuses
const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt', 'decrypt']);
const iv = new Uint8Array(12);
equal((await rejects(crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(16) }, key, bytes('x')))).name, 'NotSupportedError');
const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes('x')));
sealed[0] ^= 1;
equal((await rejects(crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))).name, 'OperationError');
equal((await rejects(crypto.subtle.generateKey({ name: 'AES-CBC', length: 100 }, true, ['encrypt']))).name, 'OperationError');
equal((await rejects(crypto.subtle.generateKey({ name: 'AES-CBC', length: 128 }, true, []))).name, 'SyntaxError');
