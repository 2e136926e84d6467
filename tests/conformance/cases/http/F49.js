// F49 submitForm of a POST form
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const page = (html) => http.get(answer(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ${html.length}\r\n\r\n`, html));

const r = page(`<form method="post" action="${R}/send"><input name="a" value="1"><input type="checkbox" name="c" checked><input type="submit" name="go" value="Go"></form>`);
const sent = r.submitForm();
equal(sent.body.split('\r\n\r\n')[1], 'a=1&go=Go');
equal(sent.body.split(' ')[0], 'POST');
equal(sent.url, R + '/send');
matches(sent.body, 'Content-Type: application/x-www-form-urlencoded');
