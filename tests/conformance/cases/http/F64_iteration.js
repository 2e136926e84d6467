// F64 noVUConnectionReuse: a new connection in each iteration
// mode: file
// flags: -i 2 --no-vu-connection-reuse
import http from 'k6/http';
export default function () {
  if (!(http.get(__ENV.BASE_URL + '/get').timings.connecting > 0)) throw new Error('the first one connects');
  if (http.get(__ENV.BASE_URL + '/get').timings.connecting !== 0) throw new Error('the next one does not');
}
