// forms: path:core-js-bundle/index.js path:core-js-bundle/minified.js
import 'core-js-bundle';

export default function run(say) {
  say(typeof URL, new URL('a?b=1', 'http://h/x/').href, [...new Set([1, 2]).union(new Set([3]))].join(), structuredClone([1, { a: 2 }])[1].a, typeof queueMicrotask, [1, 2, 3].values().drop(1).toArray().join());
}
