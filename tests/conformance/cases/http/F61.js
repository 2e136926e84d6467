// F61 certificates that are not trusted
// env: SSL_CERT_FILE=/dev/null
const tls = __ENV.BASE_URL_TLS;
const r = http.get(tls + '/get');
equal(r.error_code, 1310);
equal(r.error, 'x509: unknown authority');
const plain = http.get(B.replace('http:', 'https:') + '/get');
equal(plain.error_code, 1301);
equal(plain.error, 'tls: first record does not look like a TLS handshake');
