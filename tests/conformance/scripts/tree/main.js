// A tree of ES modules with a cycle, re-exports, live bindings, namespaces, and CommonJS among them.
import { check } from 'k6';
import { Counter } from 'k6/metrics';
import main, { even, odd, depth } from './lib/index.js';
import * as everything from './lib/index.js';
import legacy, { version } from './lib/legacy.js';
import umd from './lib/umd.js';
import { state, bump } from './lib/state.js';

const done = new Counter('done');

export { options } from './lib/options.js';
export { setup, teardown } from './lib/lifecycle.js';

export default function (data) {
  const before = state.count;
  bump();
  check(data, {
    'cycle': () => even(10) && odd(7) && !even(3),
    'calls through the cycle': () => depth() > 0,
    'default of a re-export': () => main.name === 'index',
    'namespace': () => Object.keys(everything).join() === 'constants,default,depth,even,odd' && everything[Symbol.toStringTag] === 'Module',
    'namespace of a namespace': () => everything.constants.answer === 42,
    'namespace is read-only': () => {
      try {
        everything.even = 1;
        return false;
      } catch (e) {
        return e instanceof TypeError;
      }
    },
    'CommonJS': () => legacy.version === version && legacy.helper(2) === 'helped 4' && legacy.self() === legacy,
    'UMD': () => umd.make(3).join() === '0,1,2',
    'live binding': () => state.count === before + 1,
    'setup data': (d) => d.files === 'text of the tree',
  });
  done.add(1);
}
