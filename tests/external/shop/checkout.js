import { check } from 'k6';

export const options = { vus: 3, duration: '10m' };

export default function () {
  check(1 + 1, { 'adds up': (sum) => sum === 2 });
}
