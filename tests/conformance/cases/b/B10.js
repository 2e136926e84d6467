// B10 JSON is no module
// mode: file
// exit: 107
// output: Line 1:5 Unexpected token :
import d from './d.json';
export default function () {}
//// d.json
{"a":1}
