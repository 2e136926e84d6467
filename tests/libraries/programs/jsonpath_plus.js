// forms: bundle path:jsonpath-plus/dist/index-browser-esm.js path:jsonpath-plus/dist/index-browser-umd.cjs path:jsonpath-plus/dist/index-browser-esm.min.js
import { JSONPath } from 'jsonpath-plus';

const json = {
  store: {
    book: [
      { category: 'reference', author: 'Nigel Rees', title: 'Sayings of the Century', price: 8.95 },
      { category: 'fiction', author: 'Evelyn Waugh', title: 'Sword of Honour', price: 12.99 },
      { category: 'fiction', author: 'Herman Melville', title: 'Moby Dick', isbn: '0-553-21311-3', price: 8.99 },
      { category: 'fiction', author: 'J. R. R. Tolkien', title: 'The Lord of the Rings', isbn: '0-395-19395-8', price: 22.99 },
    ],
    bicycle: { color: 'red', price: 19.95 },
  },
};

export default function run(say) {
  for (const path of [
    '$.store.book[*].author', '$..author', '$.store.*', '$.store..price', '$..book[2]', '$..book[(@.length-1)]', '$..book[-1:]', '$..book[0,1]', '$..book[:2]', '$..book[?(@.isbn)]',
    '$..book[?(@.price<10)].title', '$..book[?(@.category=="fiction" && @.price > 10)].title', '$..*~', '$.store.book[?(@.title.match(/S/))].price', '$.nope', '$..book[0][category,author]',
    '$.store.book[?(@property > 1)].title', '$..book.*[?(@property === "price" && @ > 10)]', '$.store.bicycle^.book[0].title', '$..book[1:4:2].title', "$.store['bicycle']['color']",
  ]) {
    say(path, JSON.stringify(JSONPath({ path, json })));
  }
  say(JSON.stringify(JSONPath({ path: '$..price', json, resultType: 'path' })), JSON.stringify(JSONPath({ path: '$..price', json, resultType: 'pointer' })));
  say(JSON.stringify(JSONPath({ path: '$.store.book[1].title', json, wrap: false })), JSONPath.toPathString(['$', 'a', '0']), JSON.stringify(JSONPath.toPathArray('$.a[0].b')));
  const seen = [];
  JSONPath({ path: '$..isbn', json, callback: (value, kind, full) => seen.push(`${kind}:${full.path}=${value}`) });
  say(seen.join(' '));
}
