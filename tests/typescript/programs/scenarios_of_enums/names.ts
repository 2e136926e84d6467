export enum Scenario {
  Browse = 'browse',
  Buy = `buy`,
}

export enum Level {
  Low = 1,
  High,
  Both = Low | High,
}

const base = 10;

export enum Mode {
  Negative = -1,
  Zero,
  'with space' = 5,
  Computed = base + Level.High,
  After = 20,
  Last,
}
