// C15 setup returns a promise
// mode: file
// console: info { q: 1 }
export async function setup() {
  await null;
  return { q: 1 };
}
export default function (data) { console.log(data); }
