// C13 setup data goes through JSON
// mode: file
// console: info {"d":"1970-01-01T00:00:00Z","u":null,"b":"AQI=","ab":{}}
export function setup() {
  return { d: new Date(0), u: undefined, b: new Uint8Array([1, 2]), ab: new ArrayBuffer(2) };
}
export default function (data) {
  console.log(JSON.stringify({ d: data.d, u: data.u, b: data.b, ab: data.ab }));
}
