// F5 a header of the script replaces the form's type
const text = http.post(R + '/p', { a: 1 }, { headers: { 'content-type': 'x/y' } }).body;
matches(text, 'Content-Type: x/y\r\n');
ok(!/form-urlencoded/.test(text));
