// B22 open as bytes, and by URL
// mode: init
const b = open('d.json', 'b');
equal(b instanceof ArrayBuffer, true);
equal(b.byteLength, 9);
equal(open('file://@DIR@/d.json'), '{"é":1}\n');
equal(open('@DIR@/d.json', 'x'), '{"é":1}\n');
//// d.json
{"é":1}
