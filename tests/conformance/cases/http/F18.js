// F18 a status of 400 and more is no error
// no-record: warning Request Failed
const r = http.get(B + '/status/404');
equal(r.status, 404);
equal(r.error, '');
equal(r.error_code, 1404);
equal(http.get(B + '/status/503').error_code, 1503);
equal(http.get(B + '/status/302', { redirects: 0 }).error_code, 0);
