// B20 a file that was not opened in the first pass
// mode: file
// console: info /GoError: .*@DIR@\/d\.json.*__VU==0.*|GoError: .*__VU==0.*@DIR@\/d\.json.*/
if (__VU > 0) {
  try {
    open('d.json');
  } catch (e) {
    console.log(String(e));
  }
}
export default function () {}
//// d.json
{}
