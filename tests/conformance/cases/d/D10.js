// D10 what a group starts and does not wait for is outside of it
// console: info promise []
// console: info timer []
group('g', () => {
  Promise.resolve().then(() => console.log(`promise [${exec.vu.tags.group}]`));
  setTimeout(() => console.log(`timer [${exec.vu.tags.group}]`), 1);
});
