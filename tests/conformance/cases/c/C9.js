// C9 a promise that never settles does not hold the iteration
// mode: file
// flags: -i 2
// console: info 0
// console: info 1
export default async function () {
  console.log(__ITER);
  await new Promise(() => {});
  console.log('never');
}
