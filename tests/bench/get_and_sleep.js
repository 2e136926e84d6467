// What an idle VU costs: it holds a connection and waits.
import http from 'k6/http';
import { sleep } from 'k6';

const pause = Number(__ENV.PAUSE);

export default function () {
  http.get(__ENV.URL);
  sleep(pause);
}
