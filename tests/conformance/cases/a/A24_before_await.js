// A24 the same without an await before
// mode: file
// record: error /^Uncaught \(in promise\) TypeError: async boom\n\tat default \(file:[^\n]*\/main.js:2:9/
// no-record: error source=stacktrace
export default async function () {
  throw new TypeError('async boom');
}
