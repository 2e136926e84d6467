// D14 names of metrics
// mode: init
for (const name of ['a', 'a b', '1a', 'a-b', 'é', 'x'.repeat(130), '']) {
  throws(() => new Counter(name), /GoError: .*[Ii]nvalid metric name/, name);
}
new Counter('x'.repeat(129));
new Counter('ok');
new Counter('_1');
