// F47 no body, no JSON
throws(() => http.get('http://127.0.0.1:1/').json(), 'the body is null');
throws(() => http.get(B + '/get', { responseType: 'none' }).json(), 'the body is null');
throws(() => http.get(B + '/status/204').html(), 'the body is null');
