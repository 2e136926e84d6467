// C14 setup data with a cycle
// mode: file
// exit: 255
// output: error marshaling setup() data to JSON
export function setup() {
  const a = {};
  a.a = a;
  return a;
}
export default function () {}
