// F9 the method is sent as it is written
equal(http.request('post', R + '/p', 'x').body.split(' ')[0], 'post');
equal(http.request('', R + '/p').body.split(' ')[0], 'GET');
const r = http.request('A B', R + '/p');
equal(r.status, 0);
matches(r.error, 'invalid method "A B"');
equal(r.error_code, 1000);
equal(http.request('GET', R + '/p', 'body').body.split('\r\n\r\n')[1], 'body');
