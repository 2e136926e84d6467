// A3 __ITER is no name at all before the first iteration
// mode: file
// flags: -i 2
// console: info undefined in 0
// console: info undefined in 1
// console: info 0 number
// console: info 1 number
console.log(`${typeof __ITER} in ${__VU}`);
export default function () {
  console.log(__ITER, typeof __ITER);
}
