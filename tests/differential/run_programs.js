// Runs programs in Node and prints what run_programs.cc prints for them: node run_programs.js FILE…
'use strict';
const fs = require('fs');
const vm = require('vm');

let unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

async function run(name) {
  const source = fs.readFileSync(name, 'utf8');
  const lines = [];
  const print = (...values) => lines.push(values.map(String).join(' '));
  unhandled = [];
  // A world of its own for every program, as programs change what is global.
  const context = vm.createContext({ print });
  let main;
  try {
    main = vm.runInContext(`(function (module, exports, require) { "use strict"; ${source}\n})`, context);
  } catch (error) {
    return `does not parse: ${error.message}\n`;
  }
  const module = { exports: {} };
  try {
    main.call(module.exports, module, module.exports, undefined);
  } catch {
    lines.push('threw');
  }
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  if (unhandled.length > 0) lines.push('unhandled');
  return lines.map((line) => line + '\n').join('');
}

(async () => {
  for (const name of process.argv.slice(2)) {
    process.stdout.write(`==== ${name}\n${await run(name)}`);
  }
})();
