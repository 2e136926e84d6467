// F50 submitForm with fields
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const page = (html) => http.get(answer(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ${html.length}\r\n\r\n`, html));

const r = page(`<form method="post" action="${R}/send"><input name="a" value="1"><input type="submit" name="go" value="Go"></form>`);
equal(r.submitForm({ fields: { a: 'x', new: 'y' } }).body.split('\r\n\r\n')[1], 'a=x&go=Go&new=y');
matches(r.submitForm({ params: { headers: { 'X-P': 'v' } } }).body, 'X-P: v\r\n');
equal(r.submitForm({ submitSelector: '#none' }).body.split('\r\n\r\n')[1], 'a=1');
