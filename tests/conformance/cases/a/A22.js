// A22 an uncaught string and an uncaught object
// mode: file
// flags: -i 2
// record: error /^str\n\tat default \(file:[^\n]*\/main.js:2:/
// record: error /^\[object Object\]\n\tat default \(file:[^\n]*\/main.js:3:/
export default function () {
  if (__ITER === 0) throw 'str';
  throw { a: 1 };
}
