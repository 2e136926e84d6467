// A POST of JSON whose answer is read as JSON.
import http from 'k6/http';

const url = __ENV.URL;
const params = { headers: { 'Content-Type': 'application/json' } };

export default () => {
  const response = http.post(url, JSON.stringify({ name: 'pie', price: 3.5, tags: ['a', 'b'] }), params);
  if (response.json().n === 0) throw new Error('unexpected');
};
