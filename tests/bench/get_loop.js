// The plainest loop there is: one GET after the other.
import http from 'k6/http';

const url = __ENV.URL;

export default () => {
  http.get(url);
};
