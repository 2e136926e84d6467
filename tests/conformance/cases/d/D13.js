// D13 a seed makes Math.random repeat
randomSeed(42);
const a = Math.random();
const b = Math.random();
randomSeed(42);
equal(Math.random(), a);
equal(Math.random(), b);
ok(a !== b && a >= 0 && a < 1);
