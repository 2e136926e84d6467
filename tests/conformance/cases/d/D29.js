// D29 what a SharedArray does not take
// mode: init
const texts = [
  throws(() => new SharedArray('z', () => ({})), 'only arrays can be made into SharedArray'),
  throws(() => new SharedArray('y', async () => []), /async/),
  throws(() => new SharedArray('', () => []), /empty name/),
].map(String);
equal(new Set(texts).size, 3);
throws(() => new SharedArray('x'), 'GoError');
throws(() => new SharedArray('w', () => { throw new Error('own'); }), 'own');
