// A script of a hundred lines as users write them: a client class, a data model, helpers, groups, checks, metrics.
import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { Counter, Rate, Trend } from 'k6/metrics';

const baseUrl = __ENV.URL || 'http://127.0.0.1:1';
const orders = new Counter('orders');
const failures = new Rate('order_failures');
const basketSize = new Trend('basket_size');

class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

class Client {
  #token = null;
  #headers = { 'Content-Type': 'application/json' };

  constructor(base) {
    this.base = base;
    this.requests = 0;
  }

  get signedIn() {
    return this.#token !== null;
  }

  signIn(user, password) {
    const response = this.#send('POST', '/post', { user, password });
    this.#token = `token-${user}-${response.status}`;
    this.#headers = { ...this.#headers, Authorization: `Bearer ${this.#token}` };
    return this;
  }

  products(page = 1, { size = 20, sort = 'name' } = {}) {
    return this.#send('GET', `/get?page=${page}&size=${size}&sort=${sort}`);
  }

  order(basket) {
    if (!this.signedIn) throw new ApiError(401, 'sign in first');
    return this.#send('POST', '/post', { lines: basket.lines, total: basket.total });
  }

  #send(method, path, body = null) {
    this.requests += 1;
    const text = body === null ? null : JSON.stringify(body);
    return http.request(method, `${this.base}${path}`, text, { headers: this.#headers });
  }
}

class Basket {
  static limit = 10;
  lines = [];

  add(product, count = 1) {
    if (this.lines.length >= Basket.limit) throw new RangeError('the basket is full');
    const line = this.lines.find(({ id }) => id === product.id);
    if (line) line.count += count;
    else this.lines.push({ id: product.id, price: product.price, count });
    return this;
  }

  get total() {
    return this.lines.reduce((sum, { price, count }) => sum + price * count, 0);
  }
}

const catalogue = Array.from({ length: 12 }, (_, i) => ({ id: i + 1, name: `product ${i + 1}`, price: 5 + (i % 4) * 2.5 }));
const pick = (list) => list[Math.floor(Math.random() * list.length)];
const okay = (response, name) => check(response, { [`${name}: status is 200`]: (r) => r.status === 200, [`${name}: has a body`]: (r) => (r.body || '').length > 0 });

function fill(basket, count) {
  for (let i = 0; i < count; i++) basket.add(pick(catalogue), 1 + (i % 2));
  return basket;
}

export default function () {
  const basket = fill(new Basket(), 4);
  check(basket, {
    'the basket has lines': (b) => b.lines.length > 0,
    'the basket costs something': (b) => b.total > 0,
  });
  basketSize.add(basket.lines.length);
  if (__ENV.URL) {
    const client = new Client(baseUrl);
    group('shop', () => {
      client.signIn(`user${__VU}`, 'secret');
      okay(client.products(1, { size: 5 }), 'products');
      const response = client.order(basket);
      failures.add(!okay(response, 'order'));
      orders.add(1);
    });
  }
  sleep(Number(__ENV.PAUSE || 0));
}
