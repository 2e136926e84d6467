// D27 elements of a SharedArray are frozen copies
export const sa = new SharedArray('copies', () => [{ a: 1 }, { a: { b: [2] } }]);
equal(sa[0] === sa[0], false);
equal(Object.isFrozen(sa[0]), true);
equal(Object.isFrozen(sa[1].a.b), true);
equal(sa[1].a.b[0], 2);
throws(() => { sa[0] = 1; }, 'TypeError: SharedArray is immutable');
throws(() => sa.push(1), 'TypeError: SharedArray is immutable');
throws(() => { sa.length = 0; }, 'TypeError: SharedArray is immutable');
throws(() => { delete sa[0]; }, 'TypeError');
throws(() => { sa[0].a = 2; }, 'TypeError');
equal(sa[99], undefined);
equal(sa.length, 2);
