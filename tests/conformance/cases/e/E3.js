// E3 what can be encoded
equal(enc.b64encode(new Uint8Array([255, 254])), '//4=');
equal(enc.b64encode(new Uint8Array([255, 254]).buffer), '//4=');
throws(() => enc.b64encode(5), 'GoError: invalid type');
throws(() => enc.b64encode(new Uint16Array(1)), 'invalid type');
