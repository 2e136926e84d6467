// F30 the default limit of redirects
// record: warning Stopped after 11 redirects
equal(http.get(B + '/redirect?n=10').status, 200);
equal(http.get(B + '/redirect?n=11').status, 302);
