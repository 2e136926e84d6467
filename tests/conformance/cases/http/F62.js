// F62 HTTP/2 over TLS
const r = http.get(__ENV.BASE_URL_TLS + '/get');
equal(r.proto, 'HTTP/2.0');
equal(r.tls_version, http.TLS_1_3);
matches(r.tls_cipher_suite, /^TLS_/);
equal(r.status_text, '200 OK');
equal(r.ocsp.status, http.OCSP_STATUS_UNKNOWN);
equal(r.status, 200);
