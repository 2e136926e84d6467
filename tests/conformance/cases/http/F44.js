// F44 selectors of json()
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const echo = (text) => http.get(answer(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n`, text || '~0'));

const doc = '{"a":{"b":[1,2,3]},"fav.movie":"Deer","friends":[{"first":"Dale","age":44},{"first":"Roger","age":68},{"first":"Jane","age":30}]}';

const r = echo(doc);
equal(r.json('a.b.1'), 2);
equal(r.json('a.b.#'), 3);
same(r.json('friends.#.first'), ['Dale', 'Roger', 'Jane']);
equal(r.json('friends.#(first=="Dale").age'), 44);
same(r.json('friends.#(age>40)#.first'), ['Dale', 'Roger']);
equal(r.json('fav\\.movie'), 'Deer');
equal(r.json('nope'), undefined);
equal(r.json(''), undefined);
same(r.json('friends.@reverse.0.first'), 'Jane');
same(r.json('{n:friends.#,a.b}'), { n: 3, b: [1, 2, 3] });
