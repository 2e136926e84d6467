// B41 asynchronous iteration works
async function* g() {
  yield 1;
  yield await Promise.resolve(2);
}
const seen = [];
for await (const x of g()) seen.push(x);
for await (const x of [Promise.resolve(3), 4]) seen.push(x);
same(seen, [1, 2, 3, 4]);
