// F51 a GET form without action replaces the query
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const page = (html) => http.get(answer(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ${html.length}\r\n\r\n`, html));

const html = '<form><input name="s" value="2"><input name="q" value="a b"></form>';
const r = page(html);
const sent = r.submitForm();
equal(sent.request.url, r.url + '?q=a+b&s=2');
equal(sent.request.method, 'GET');
const with_query = http.get(r.url + '?old=1');
equal(with_query.submitForm().request.url, r.url + '?q=a+b&s=2');
