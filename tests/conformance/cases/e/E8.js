// E8 the output encoding is mandatory, the input is bytes
throws(() => kc.sha256('abc'), /GoError: .*invalid output encoding/);
throws(() => kc.sha256('abc', 'zz'), /invalid output encoding: zz/);
throws(() => kc.md5(5, 'hex'), /GoError: md5 failed: invalid type/);
