// E2 base64 without padding; an unknown encoding is the standard one
equal(enc.b64encode('a', 'rawurl'), 'YQ');
equal(enc.b64encode('a', 'rawstd'), 'YQ');
equal(enc.b64encode('a', 'zzz'), 'YQ==');
