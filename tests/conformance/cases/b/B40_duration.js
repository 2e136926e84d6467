// B40 a duration that is none
// mode: file
// exit: 104
// output: 1x
export const options = { duration: "1x" };
export default function () {}
