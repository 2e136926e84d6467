// C3 delays that are negative, missing, a string
// console: info three fired
let fired = 0;
const one = () => { if (++fired === 3) console.log('three fired'); };
setTimeout(one, -5);
setTimeout(one);
setTimeout(one, '5');
