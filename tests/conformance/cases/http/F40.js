// F40 the jar is new in each iteration
// mode: file
// flags: -i 2
// console: info 0 1
// console: info 1 0
import http from 'k6/http';
export default function () {
  if (__ITER === 0) http.cookieJar().set(__ENV.BASE_URL, 'a', '1');
  console.log(__ITER, Object.keys(http.cookieJar().cookiesForURL(__ENV.BASE_URL)).length);
}
