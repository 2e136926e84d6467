// B40 an option of a wrong type
// mode: file
// exit: 104
// output: /"x"|vus/
export const options = { vus: "x" };
export default function () {}
