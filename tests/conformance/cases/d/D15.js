// D15 declaring a metric again
// mode: init
new Counter('c1');
new Counter('c1');
throws(() => new Gauge('c1'), /GoError: .*already exists but with type counter, instead of gauge/);
new Trend('t1', true);
throws(() => new Trend('t1'), /GoError: .*already exists but with .*value type/);
