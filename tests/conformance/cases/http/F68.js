// F68 discardResponseBodies
// flags: --discard-response-bodies
equal(http.get(B + '/get').body, null);
equal(typeof http.get(B + '/get', { responseType: 'text' }).body, 'string');
