// F8 a number is no body
// record: warning unknown request body type int64
const r = http.post(R + '/p', 5);
equal(r.status, 0);
equal(r.error_code, 0);
matches(r.error, 'unknown request body type int64');
matches(http.post(R + '/p', [1]).error, 'unknown request body type');
