// F52 submitForm and clickLink without what they need
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const page = (html) => http.get(answer(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ${html.length}\r\n\r\n`, html));

const r = page(`<form></form><a>none</a><a href="${R}/clicked?x=1">l</a>`);
throws(() => r.submitForm({ formSelector: '#x' }), "no form found for selector '#x' in response");
throws(() => r.clickLink({ selector: 'a' }), 'no valid href attribute');
throws(() => r.clickLink({ selector: '#x' }), 'no element found for selector');
matches(r.clickLink().body, 'GET /clicked?x=1 HTTP/1.1');
matches(r.clickLink({ params: { headers: { 'X-P': 'v' } } }).body, 'X-P: v');
