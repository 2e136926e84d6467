// A24 an async default function that throws
// mode: file
// record: error /^Uncaught \(in promise\) TypeError: async boom\n\tat default \(file:[^\n]*\/main.js:3:9/
export default async function () {
  await null;
  throw new TypeError('async boom');
}
