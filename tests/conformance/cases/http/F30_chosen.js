// F30 a limit that was chosen needs no warning
// flags: --max-redirects 1
// no-record: warning Stopped after
equal(http.get(B + '/redirect?n=2').status, 302);
equal(http.get(B + '/redirect?n=1').status, 200);
