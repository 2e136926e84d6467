// GraphQL: one URL, many queries, told apart by name.
import http from 'k6/http';
import { check } from 'k6';
import { Rate } from 'k6/metrics';

const graphql_errors = new Rate('graphql_errors');

export const options = {
  vus: 2,
  duration: '10s',
  thresholds: { graphql_errors: ['rate<0.01'], 'http_req_duration{operation:AddToCart}': ['p(95)<500'] },
};

function query(operation, text, variables) {
  const answer = http.post(`${__ENV.BASE_URL}/anything/graphql`, JSON.stringify({ operationName: operation, query: text, variables }), {
    headers: { 'Content-Type': 'application/json' },
    tags: { name: 'graphql', operation },
  });
  graphql_errors.add(answer.json('json.errors') !== undefined, { operation });
  return answer.json('json');
}

export default function () {
  const item = query('Item', 'query Item($id: ID!) { item(id: $id) { name price } }', { id: '7' });
  check(item, { 'asked for item 7': (i) => i.variables.id === '7' });
  const cart = query('AddToCart', 'mutation AddToCart($id: ID!) { add(id: $id) { total } }', { id: '7' });
  check(cart, { 'is a mutation': (c) => c.query.startsWith('mutation') });
}
