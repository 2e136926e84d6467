// C7 this of a timer callback
// console: info true
setTimeout(function () { console.log(this === globalThis); }, 1);
