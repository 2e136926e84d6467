// B24 import.meta
equal(import.meta.resolve('./q.js'), 'file://@DIR@/q.js');
equal(import.meta.resolve('../x/q.js').startsWith('file:///'), true);
same(Object.keys(import.meta), ['resolve']);
equal(import.meta.url, undefined);
throws(() => import.meta.resolve('lodash'));
throws(() => import.meta.resolve('k6/http'));
