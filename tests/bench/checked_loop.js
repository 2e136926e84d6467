// A GET in a group, with two checks and a metric of the script's own.
import http from 'k6/http';
import { check, group } from 'k6';
import { Trend } from 'k6/metrics';

const url = __ENV.URL;
const trend = new Trend('own', true);

export default () => {
  group('page', () => {
    const response = http.get(url);
    check(response, {
      'status is 200': (r) => r.status === 200,
      'body is there': (r) => r.body.length > 0,
    });
    trend.add(response.timings.duration);
  });
};
