// F67 too many arguments
// record: warning only accepts a url and a params argument (2 arguments), but 3 were given
equal(http.get(B + '/get', {}, {}).status, 200);
