// F7 binary bodies
const text = http.post(R + '/p', new Uint8Array([65, 66, 67, 68]).subarray(1, 3)).body;
equal(text.split('\r\n\r\n')[1], 'BC');
ok(!/Content-Type/.test(text));
equal(http.post(R + '/p', new Uint8Array([65, 0, 66]).buffer).body.split('\r\n\r\n')[1], 'A\0B');
