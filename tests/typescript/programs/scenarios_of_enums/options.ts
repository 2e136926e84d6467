export interface Stage {
  readonly duration: string;
  target: number;
}

interface Base {
  exec?: string;
  tags?: Record<string, string>;
}

export type Executor =
  | (Base & { executor: 'ramping-vus'; stages: Stage[] })
  | (Base & { executor: 'constant-vus'; vus: number; duration?: `${number}${'s' | 'm'}` });

export type Threshold = string | { threshold: string; abortOnFail?: boolean };

export interface Options<Names extends string = string> {
  scenarios: { [Name in Names]?: Executor };
  thresholds?: { [metric: string]: readonly Threshold[] };
}
