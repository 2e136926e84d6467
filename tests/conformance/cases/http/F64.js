// F64 a connection is used again, in the next iteration, too
// mode: file
// flags: -i 2
import http from 'k6/http';
export default function () {
  if (__ITER === 0 && !(http.get(__ENV.BASE_URL + '/get').timings.connecting > 0)) throw new Error('the first one connects');
  if (http.get(__ENV.BASE_URL + '/get').timings.connecting !== 0) throw new Error('the next one does not');
}
