// B26 await at the top level
// mode: file
// console: info 3
const v = await Promise.resolve(3);
export default function () {
  console.log(v);
}
