// D12 sleep takes what is like a number
const before = Date.now();
sleep('0.1');
ok(Date.now() - before >= 95, 'slept');
const then = Date.now();
sleep(-1);
sleep();
sleep('x');
sleep(null);
ok(Date.now() - then < 5000, 'did not sleep');
