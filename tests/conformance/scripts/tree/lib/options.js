export const options = { vus: 2, iterations: 4, thresholds: { checks: ['rate==1'], done: ['count==4'] } };
