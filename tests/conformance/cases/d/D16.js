// D16 declaring a built-in metric
// mode: init
new Counter('http_reqs');
throws(() => new Trend('http_reqs'), /GoError: .*already exists but with type/);
