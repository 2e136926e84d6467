// B21 what open refuses
// mode: init
if (__VU === 0) {
  throws(() => open(''), 'GoError: open() can\'t be used with an empty filename');
  throws(() => open(), 'empty filename');
  throws(() => open('/tmp'), /GoError: open\(\) can't be used with directories, path: "\/tmp"/);
  throws(() => open('nope.txt'), 'stat @DIR@/nope.txt: no such file or directory');
}
