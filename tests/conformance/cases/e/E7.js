// E7 output encodings
equal(kc.md5('abc', 'base64rawurl'), 'kAFQmDzST7DWlj99KOF_cg');
equal(kc.md5('abc', 'base64'), 'kAFQmDzST7DWlj99KOF/cg==');
equal(kc.md5('abc', 'base64url'), 'kAFQmDzST7DWlj99KOF_cg==');
const raw = kc.md5('abc', 'binary');
equal(raw instanceof ArrayBuffer, true);
equal(hex(raw), '900150983cd24fb0d6963f7d28e17f72');
equal(kc.hexEncode(raw), '900150983cd24fb0d6963f7d28e17f72');
