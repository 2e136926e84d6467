// A load test of a shop, as people write them: a client with private state, retries, checks, data made by generators.
const __ENV = { BASE_URL: 'http://shop.test', USERS: '3', TAGS: 'a,b , c' };
const exec = { vu: { idInTest: 1, iterationInScenario: 0 }, scenario: { name: 'default' } };
const calls = [];
const http = (() => {
  let sequence = 0;
  const respond = (method, url, body, { headers = {}, tags: { name = url, ...tags } = {} } = {}) => {
    sequence += 1;
    calls.push(`${method} ${name} ${Object.keys(tags).join('+') || '-'}`);
    const { pathname, query } = parse(url);
    const status = pathname === '/missing' ? 404 : sequence % 7 === 0 ? 503 : method === 'POST' ? 201 : 200;
    return {
      status, url, headers: { 'Content-Type': 'application/json', ...headers },
      timings: { duration: sequence * 1.5, waiting: sequence },
      get body() { return JSON.stringify({ sequence, pathname, query, body: body ? JSON.parse(body) : null }); },
      json(path) { const all = JSON.parse(this.body); return path?.split('.').reduce((o, k) => o?.[k], all) ?? all; },
    };
  };
  function parse(url) {
    const [, pathname = '/', search = ''] = /^https?:\/\/[^/]+(\/[^?]*)?(?:\?(.*))?$/.exec(url) ?? [];
    const query = Object.fromEntries(search.split('&').filter(Boolean).map((pair) => pair.split('=').map(decodeURIComponent)));
    return { pathname, query };
  }
  return {
    get: (url, params) => respond('GET', url, null, params),
    post: (url, body, params) => respond('POST', url, body, params),
    async asyncRequest(method, url, body = null, params = {}) { await null; return respond(method, url, body, params); },
    batch: (requests) => Array.isArray(requests)
      ? requests.map(([method, url, body, params]) => respond(method, url, body, params))
      : Object.fromEntries(Object.entries(requests).map(([k, { method = 'GET', url, body, params }]) => [k, respond(method, url, body, params)])),
  };
})();
const results = new Map();
function check(value, checks, tags) {
  let passed = true;
  for (const [name, test] of Object.entries(checks)) {
    const ok = !!(typeof test === 'function' ? test(value) : test);
    const entry = results.get(name) ?? { passes: 0, fails: 0 };
    entry[ok ? 'passes' : 'fails']++;
    results.set(name, entry);
    passed &&= ok;
  }
  return passed;
}
const group = (name, f) => { print('group', name); return f(); };

class ApiError extends Error {
  name = 'ApiError';
  #response;
  constructor(response, options) { super(`status ${response.status} of ${response.url}`, options); this.#response = response; }
  get status() { return this.#response.status; }
  get [Symbol.toStringTag]() { return 'ApiError'; }
  static is(error) { return #response in error; }
}
class Trend {
  static #all = new Map();
  #values = [];
  constructor(name) { this.name = name; Trend.#all.set(name, this); }
  add(value, tags = {}) { this.#values.push(value); return this; }
  get p95() { const sorted = [...this.#values].sort((a, b) => a - b); return sorted[Math.ceil(sorted.length * 0.95) - 1]; }
  static *[Symbol.iterator]() { yield* this.#all.values(); }
  toJSON() { const { name, p95 } = this; return { name, p95, count: this.#values.length }; }
}
class Client {
  static defaults = Object.freeze({ retries: 2, headers: { Accept: 'application/json' } });
  static #count = 0;
  #token; #base; #options;
  waits = new Trend('waits'); errors = 0;
  constructor(base = __ENV.BASE_URL, { retries = Client.defaults.retries, headers: { Accept, ...headers } = Client.defaults.headers } = {}) {
    this.#base = base.replace(/\/+$/, '');
    this.#options = { retries, headers: { Accept, ...headers } };
    Client.#count++;
  }
  static get count() { return Client.#count; }
  static { this.prototype.kind = `${this.name}/${this.length}`; }
  get #headers() { return { ...this.#options.headers, ...(this.#token && { Authorization: `Bearer ${this.#token}` }) }; }
  set token(value) { this.#token = value?.trim() || undefined; }
  #url(path, query) {
    const search = Object.entries(query ?? {}).filter(([, v]) => v != null).map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
    return `${this.#base}${path}${search && `?${search}`}`;
  }
  request(method, path, { body, query, tags = {}, expected = [200, 201] } = {}) {
    let response, attempt = 0;
    do {
      response = method === 'GET'
        ? http.get(this.#url(path, query), { headers: this.#headers, tags: { name: path, ...tags } })
        : http.post(this.#url(path, query), JSON.stringify(body ?? {}), { headers: this.#headers, tags });
      this.waits.add(response.timings.waiting);
    } while (response.status >= 500 && attempt++ < this.#options.retries);
    if (!expected.includes(response.status)) {
      this.errors++;
      throw new ApiError(response, { cause: { attempt } });
    }
    return response;
  }
  async login({ user: { name, password = 'secret' } }) {
    const response = await http.asyncRequest('POST', this.#url('/login'), JSON.stringify({ name, password }));
    ({ sequence: this.sequence, body: { name: this.user } = {} } = response.json());
    this.token = ` token-${this.sequence} `;
    return this;
  }
  products = (category, page = 1) => this.request('GET', '/products', { query: { category, page, q: undefined } }).json();
  async *pages(category, limit = 3) {
    for (let page = 1; page <= limit; page++) {
      try { yield await this.products(category, page); } finally { print('page', page, 'done'); }
    }
  }
}
class Cart {
  static Item = class Item { constructor({ id, price, quantity = 1 }) { Object.assign(this, { id, price, quantity }); } get total() { return this.price * this.quantity; } };
  #items = [];
  add(...items) { for (const item of items) this.#items.push(new Cart.Item(item)); return this; }
  *[Symbol.iterator]() { yield* this.#items; }
  get total() { let sum = 0; for (const { total } of this) sum += total; return sum; }
  map = (f) => Array.from(this, f);
  [Symbol.toPrimitive](hint) { return hint === 'number' ? this.total : `Cart(${this.#items.length})`; }
}
const users = Array.from({ length: +__ENV.USERS }, (_, i) => ({ name: `user${i}`, roles: i % 2 ? ['admin', 'buyer'] : ['buyer'] }));
const tags = __ENV.TAGS.split(',').map((t) => t.trim());

async function iteration(user, index) {
  const client = await new Client(undefined, index ? { retries: 1, headers: { Accept: '*/*', 'X-Index': index } } : undefined).login({ user });
  check(client, { 'logged in': ({ user: name }) => name === user.name, 'has token': (c) => !('token' in c) || c.token === undefined });
  const cart = new Cart();
  await group('browse', async () => {
    for await (const { query: { category, page }, sequence } of client.pages('books')) {
      if (page === '3') break;
      cart.add({ id: sequence, price: sequence / 2 }, { id: `${category}-${page}`, price: 3, quantity: index });
    }
  });
  group('pay', () => {
    const [first, , third = 'none', ...rest] = cart;
    const { id, ...others } = first;
    print(`${cart}`, +cart, id, JSON.stringify(others), third?.id ?? third, rest.length);
    const response = client.request('POST', '/orders', { body: { items: cart.map(({ id, total }) => [id, total]) }, tags: { step: 'pay' } });
    check(response, { 'is created': (r) => r.status === 201, 'has items': (r) => r.json('body.items').length === 4, 'deep': (r) => r.json('body.items.0.1') > 0 });
  });
  try {
    client.request('GET', '/missing');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { name, message, status, cause: { attempt } } = error;
    print(name, message, status, attempt, ApiError.is(error), ApiError.is({}), Object.prototype.toString.call(error));
  } finally {
    print('errors', client.errors, client.kind);
  }
  return JSON.stringify([...Trend]);
}
(async () => {
  const settled = await Promise.allSettled(users.map(iteration));
  for (const [i, { status, value, reason }] of settled.entries()) print(i, status, value ?? reason);
  const responses = http.batch({ home: { url: `${__ENV.BASE_URL}/` }, tagged: { method: 'POST', url: `${__ENV.BASE_URL}/t?x=1&y=%20`, body: '{"a":[1,2,{"b":null}]}', params: { tags: Object.fromEntries(tags.map((t, i) => [t, i])) } } });
  for (const name in responses) print(name, responses[name].status, JSON.stringify(responses[name].json()), responses[name].json('body.a.2.b'));
  print([...results].map(([name, { passes, fails }]) => `${name}: ${passes}/${passes + fails}`).join('; '));
  print(calls.join('\n'));
  print(Client.count, new Trend('x').add(3).add(1).p95, Client.toString().length > 1000, iteration.toString().split('\n')[0]);
})();
