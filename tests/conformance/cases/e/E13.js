// E13 crypto.subtle.digest
equal(hex(await crypto.subtle.digest('sha-256', bytes('abc'))), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
equal(hex(await crypto.subtle.digest({ name: 'SHA-1' }, bytes('abc').buffer)), 'a9993e364706816aba3e25717850c26c9cd0d89d');
const e = await rejects(crypto.subtle.digest('MD5', bytes('abc')));
equal(e.name, 'NotSupportedError');
