// F2 a string body has a length and no type
equal(http.post(R + '/p', 'hello').body.replace(/User-Agent: .*\r\n/, ''), `POST /p HTTP/1.1\r\nHost: ${R.slice(7)}\r\nContent-Length: 5\r\n\r\nhello`);
equal(http.post(R + '/p', 'né').body.split('\r\n\r\n')[1], 'né');
matches(http.post(R + '/p', 'né').body, 'Content-Length: 3\r\n');
