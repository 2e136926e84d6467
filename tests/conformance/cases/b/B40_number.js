// B40 options that are a number
// mode: file
// exit: 104
export const options = 5;
export default function () {}
