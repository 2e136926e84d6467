// F36 a cookie of a redirect is sent on the next hop
equal(http.get(B + '/cookies/set?k=v').json('cookies.k'), 'v');
