// A29 an exception in a timer fails the iteration, not the test
// record: error /^Error: in timer\n/
// flags: -i 2
// console: info next
if (__ITER === 1) console.log('next');
else setTimeout(() => { throw new Error('in timer'); }, 1);
