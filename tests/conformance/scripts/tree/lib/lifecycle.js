const text = open('./data/text.txt');
export function setup() {
  return { files: text.trim() };
}
export function teardown(data) {
  if (data.files !== 'text of the tree') throw new Error('teardown data');
}
