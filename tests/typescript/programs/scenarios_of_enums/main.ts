// Enums as names of scenarios, options checked with `satisfies`.
import { Level, Mode, Scenario } from './names.ts';
import type { Options, Stage } from './options.ts';

const stages = (...targets: number[]): Stage[] => targets.map((target, i): Stage => ({ duration: `${i + 1}s`, target }));

export const settings = {
  scenarios: {
    [Scenario.Browse]: { executor: 'ramping-vus', exec: Scenario.Browse, stages: stages(1, 5, 0) },
    [Scenario.Buy]: { executor: 'constant-vus', exec: 'buy', vus: Level.High | Level.Low, tags: { level: Level[Level.High]! } },
  },
  thresholds: { http_req_duration: ['p(95)<300', { threshold: 'p(99)<500', abortOnFail: true }] },
} as const satisfies Options<Scenario>;

type Names = keyof typeof settings.scenarios;
type Thresholds = (typeof settings)['thresholds'][keyof (typeof settings)['thresholds']][number];

const enum Weight {
  Browse = 1 << 2,
  Buy = Browse * 2 + 1,
  Name = 'weight',
  Length = 'abc'.length,
}

function name_of(level: Level): `level:${Lowercase<keyof typeof Level>}` {
  return `level:${Level[level]!.toLowerCase() as Lowercase<keyof typeof Level>}`;
}

export default function (print: (...values: unknown[]) => void): void {
  print(JSON.stringify(settings));
  const names = Object.keys(settings.scenarios) as Names[];
  print(names.join(), Object.values(Scenario).join('|'), Object.keys(Level).join('|'), JSON.stringify(Mode));
  print(name_of(Level.Low), name_of(Level.High), Level.Both, Level[3], Weight.Browse, Weight.Buy, Weight.Name, Weight.Length);
  const first: Thresholds = settings.thresholds.http_req_duration[0];
  print(first, typeof Scenario, Mode['with space'], Mode.Computed, Mode[Mode.Negative]);
  for (const scenario of Object.values(Scenario) as Scenario[]) {
    switch (scenario) {
      case Scenario.Browse:
        print('browses');
        break;
      case Scenario.Buy:
        print('buys');
        break;
      default: {
        const never: never = scenario;
        throw new Error(never);
      }
    }
  }
}
