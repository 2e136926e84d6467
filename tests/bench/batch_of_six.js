// Six requests at once.
import http from 'k6/http';

const url = __ENV.URL;
const six = [url, url, url, url, url, url];

export default () => {
  http.batch(six);
};
