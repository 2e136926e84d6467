// A17 typed arrays and buffers
// console: info Uint8Array(2) [ 1, 2 ] ArrayBuffer { [Uint8Contents]: <00 00>, byteLength: 2 } Int8Array(0) [] Uint8Array(1) [ 1 ]
console.log(new Uint8Array([1, 2]), new ArrayBuffer(2), new Int8Array(0), new Uint8ClampedArray([1]));
