// E4 decoding is strict about padding and ignores line ends
equal(enc.b64decode('aGk=', 'std', 's'), 'hi');
throws(() => enc.b64decode('aGk', 'std', 's'), /GoError: illegal base64 data at input byte 0/);
throws(() => enc.b64decode('aGk=', 'rawstd', 's'), /illegal base64 data at input byte 3/);
equal(enc.b64decode('aG\nk=', 'std', 's'), 'hi');
equal(enc.b64decode('aGk', 'rawstd', 's'), 'hi');
equal(enc.b64decode('aGnDqT8-', 'url', 's'), 'hié?>');
