// F3 an object body is a form, keys sorted
// record: warning cannot urlencode a nested object
const text = http.post(R + '/p', { b: '2 &', a: [1, 'x'], n: null, u: undefined, t: true, f: 1.5, o: { x: 1 }, e: '' }).body;
equal(text.split('\r\n\r\n')[1], 'a=1&a=x&b=2+%26&e=&f=1.5&n=&o=&t=true&u=');
matches(text, 'Content-Type: application/x-www-form-urlencoded\r\n');
