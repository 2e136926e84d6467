// F10 headers
const text = http.get(R + '/p', { headers: { 'x-custom': 'v', Host: 'foo.com', 'X-A': ['1', '2'], 'X-N': null, 'User-Agent': '' } }).body;
equal(text, 'GET /p HTTP/1.1\r\nHost: foo.com\r\nX-A: 1,2\r\nX-Custom: v\r\nX-N: null\r\n\r\n');
matches(http.get(R + '/p', { headers: { 'user-agent': 'me', 'X-NUM': 5 } }).body, 'User-Agent: me\r\nX-Num: 5\r\n');
