// F4 what a form escapes
equal(http.post(R + '/p', { 'é': "~*()'!" }).body.split('\r\n\r\n')[1], '%C3%A9=~%2A%28%29%27%21');
equal(http.post(R + '/p', { a: 1e21, b: 0.1 + 0.2, c: Infinity, d: NaN, e: 12n }).body.split('\r\n\r\n')[1], 'a=1e%2B21&b=0.30000000000000004&c=%2BInf&d=NaN&e=12');
