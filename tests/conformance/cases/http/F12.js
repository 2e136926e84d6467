// F12 what can be a file
throws(() => http.file(5), 'invalid type');
throws(() => http.file(new Uint8Array(2)), 'invalid type');
throws(() => http.file(), 'invalid type');
equal(http.file('x').data, 'x');
