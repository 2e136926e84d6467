// D28 a SharedArray reads like an array
export const sa = new SharedArray('reads', () => ['a', 'b', 'c', 'd']);
equal(Array.isArray(sa), true);
equal(sa instanceof Array, true);
same(sa.slice(1, 3), ['b', 'c']);
const keys = [];
for (const k in sa) keys.push(k);
same(keys, ['0', '1', '2', '3']);
const values = [];
for (const v of sa) values.push(v);
same(values, ['a', 'b', 'c', 'd']);
same([...sa], values);
same(sa.map((x) => x + x), ['aa', 'bb', 'cc', 'dd']);
same(sa.filter((x) => x > 'b'), ['c', 'd']);
equal(sa.indexOf('c'), 2);
equal(sa.find((x) => x === 'd'), 'd');
equal(sa.join(''), 'abcd');
equal(JSON.stringify(sa), '["a","b","c","d"]');
equal(sa.at(-1), 'd');
