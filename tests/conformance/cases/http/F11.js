// F11 multipart
const text = http.post(R + '/p', { f: http.file('data', 'na"me.txt', 'text/plain'), g: 'x y' }).body;
const [head] = text.split('\r\n\r\n');
const boundary = /Content-Type: multipart\/form-data; boundary=([0-9a-f]{60})\r\n/.exec(text)[1];
const expected = `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="na\\"me.txt"\r\nContent-Type: text/plain\r\n\r\ndata\r\n` +
  `--${boundary}\r\nContent-Disposition: form-data; name="g"\r\n\r\nx y\r\n--${boundary}--\r\n`;
equal(text.slice(head.length + 4), expected);
matches(head, 'Content-Length: ' + expected.length);
const file = http.file(new Uint8Array([1, 2]).buffer);
matches(file.filename, /^\d{15,}$/);
equal(file.content_type, 'application/octet-stream');
equal(http.post(B + '/upload', { f: file }).status, 200);
