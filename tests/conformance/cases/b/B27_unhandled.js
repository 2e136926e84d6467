// B27 a rejection at the top level that nobody handles
// mode: file
// exit: 255
// output: /Uncaught \(in promise\).*lost/
Promise.reject(new Error('lost'));
export default function () {}
