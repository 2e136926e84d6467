// C12 a request that has begun completes although the iteration failed
// mode: file
// console: info got 200
// record: error /^Error: meanwhile/
import http from 'k6/http';
export default function () {
  http.asyncRequest('GET', `${__ENV.BASE_URL}/slow?ms=100`).then((r) => console.log('got', r.status));
  throw new Error('meanwhile');
}
