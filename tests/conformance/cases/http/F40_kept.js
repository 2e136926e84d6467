// F40 noCookiesReset keeps it
// mode: file
// flags: -i 2
// console: info 0 1
// console: info 1 1
import http from 'k6/http';
export const options = { noCookiesReset: true };
export default function () {
  if (__ITER === 0) http.cookieJar().set(__ENV.BASE_URL, 'a', '1');
  console.log(__ITER, Object.keys(http.cookieJar().cookiesForURL(__ENV.BASE_URL)).length);
}
