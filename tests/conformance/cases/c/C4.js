// C4 an interval with arguments, cleared
// console: info A B 1
// console: info A B 2
// console: info A B 3
let n = 0;
const id = setInterval((a, b) => {
  console.log(a, b, ++n);
  if (n === 3) clearInterval(id);
}, 10, 'A', 'B');
ok(Number.isInteger(id) && id > 0);
