// C14 setup data with NaN
// mode: file
// exit: 255
// output: error marshaling setup() data to JSON
export function setup() { return { n: NaN }; }
export default function () {}
