// forms: bundle path:lodash/lodash.js path:lodash/lodash.min.js alias:lodash-es
import _ from 'lodash';

const users = [
  { user: 'barney', age: 36, active: true, tags: ['a', 'b'] },
  { user: 'fred', age: 40, active: false, tags: ['b'] },
  { user: 'pebbles', age: 1, active: true, tags: [] },
];

export default function run(say) {
  const show = (name, value) => say(`${name} ${JSON.stringify(value)}`);
  show('version', _.VERSION);
  show('chunk', _.chunk(_.range(10), 3));
  show('groupBy', _.groupBy(users, 'active'));
  show('keyBy', _.mapValues(_.keyBy(users, 'user'), 'age'));
  show('orderBy', _.map(_.orderBy(users, ['active', 'age'], ['desc', 'asc']), 'user'));
  show('sortBy', _.sortBy([3, 1, 2], (n) => -n));
  show('countBy', _.countBy(['one', 'two', 'three'], 'length'));
  show('merge', _.merge({ a: [{ b: 2 }, { d: 4 }] }, { a: [{ c: 3 }, { e: 5 }], z: { y: null } }));
  show('get', [_.get({ a: [{ b: { c: 3 } }] }, 'a[0].b.c'), _.get({}, 'a.b', 'none')]);
  show('set', _.set({}, 'x[0].y.z', 4));
  show('cloneDeep', _.cloneDeep({ d: new Date(0), r: /x/g.source, m: [...new Map([[1, { a: 2 }]])], n: [1, [2, [3]]] }));
  const original = { m: new Map([['k', new Set([1, 2])]]), d: new Date(5), b: new Uint8Array([1, 2]) };
  const copy = _.cloneDeep(original);
  show('clone kinds', [copy.m !== original.m, [...copy.m.get('k')], +copy.d, copy.b[1], _.isEqual(copy, original)]);
  show('isEqual', [_.isEqual({ a: [1, { b: NaN }] }, { a: [1, { b: NaN }] }), _.isEqual([1], [2]), _.isEqual(new Set([1]), new Set([1]))]);
  show('types', [_.isPlainObject({}), _.isArguments((function () { return arguments; })()), _.isMap(new Map()), _.isTypedArray(new Int8Array()),
    _.isSymbol(Symbol('a')), _.isFunction(class {}), _.isNil(null), _.isError(new TypeError()), _.isRegExp(/a/), _.isDate(new Date())]);
  show('debounce', typeof _.debounce(() => {}, 10));
  show('curry', _.curry((a, b, c) => [a, b, c])(1)(2, 3));
  show('flow', _.flow([_.camelCase, _.upperFirst])('hello big_world'));
  show('cases', [_.camelCase('Foo Bar'), _.kebabCase('fooBar'), _.snakeCase('--FOO-BAR--'), _.startCase('fooBarBaz'), _.deburr('déjà vu'), _.words('fred, barney, & pebbles')]);
  show('template', _.template('hello <%= user %>!<% _.forEach(list, function(x) { %><li><%- x %></li><% }); %>')({ user: 'fred', list: ['<a>', 'b'] }));
  show('template es', _.template('${a}-<%= b %>')({ a: 1, b: 2 }));
  show('chain', _(users).filter('active').map('age').sum());
  show('chain lazy', _.chain(_.range(1000)).map((n) => n * n).filter((n) => n % 2).take(3).value());
  show('set ops', [_.union([2], [1, 2]), _.difference([2, 1], [2, 3]), _.intersection([2, 1], [2, 3]), _.xor([2, 1], [2, 3]), _.uniqBy([2.1, 1.2, 2.3], Math.floor)]);
  show('zip', _.zipObjectDeep(['a.b[0].c', 'a.b[1].d'], [1, 2]));
  show('strings', [_.padStart('abc', 6, '_-'), _.truncate('hi-diddly-ho there, neighborino', { length: 24, separator: ' ' }), _.escape('<a & "b">'), _.unescape('&lt;'), _.repeat('ab', 2)]);
  show('emoji', [_.toArray('a😀b'), _.size('a😀b'), _.split('a😀b', '')]);
  show('numbers', [_.clamp(-10, -5, 5), _.inRange(3, 2, 4), _.round(4.006, 2), _.sumBy(users, 'age'), _.meanBy(users, 'age'), _.maxBy(users, 'age').user]);
  show('throttle id', _.uniqueId('x').startsWith('x'));
  show('memoize', (() => { let n = 0; const f = _.memoize((x) => ++n + x); return [f(1), f(1), f(2), f.cache.size]; })());
  show('omit pick', [_.omit({ a: 1, b: 2 }, 'a'), _.pickBy({ a: 1, b: '2' }, _.isNumber), _.invert({ a: 1, b: 2 }), _.transform([1, 2], (r, v, k) => { r[k] = v * 2; }, {})]);
  show('partition', _.partition(users, (o) => o.active).map((l) => l.length));
  show('flatten', [_.flattenDeep([1, [2, [3, [4]], 5]]), _.flatMap([1, 2], (n) => [n, n])]);
  show('toPath', _.toPath('a[0].b["c.d"]'));
  show('attempt', _.attempt(() => { throw new Error('x'); }) instanceof Error);
  show('bind', _.bind(function (g, p) { return g + this.user + p; }, { user: 'fred' }, 'hi ', _)('!'));
}
