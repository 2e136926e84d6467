// TypeScript as users write it: enums, classes, interfaces, generics, namespaces, type-only imports, satisfies.
import { check, group } from 'k6';
import http, { type RefinedResponse } from 'k6/http';
import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { Repository, type Entity } from './repository.ts';
import { Level, Shape, area } from './shapes.ts';
import * as shapes from './shapes.ts';

export const options: Options = {
  scenarios: {
    typed: { executor: 'per-vu-iterations', vus: 2, iterations: 2, exec: 'typed', env: { KIND: 'typed' }, tags: { team: 'a' } },
  },
  thresholds: { checks: ['rate==1'], 'visits{level:high}': ['count==4'] },
};

const visits = new Counter('visits');

interface User extends Entity {
  readonly name: string;
  email?: string;
}

abstract class Service<T extends Entity> {
  protected static instances = 0;
  private calls: number = 0;
  declare label: string;

  constructor(protected readonly repository: Repository<T>, public kind: string = 'plain') {
    Service.instances++;
  }

  abstract describe(item: T): string;

  get used(): number {
    return this.calls;
  }

  find(id: number): T | undefined;
  find(id: string): T | undefined;
  find(id: number | string): T | undefined {
    this.calls += 1;
    return this.repository.get(Number(id));
  }

  static count(): number {
    return Service.instances;
  }
}

class Users extends Service<User> {
  override describe({ name, email = 'none' }: User): string {
    return `${name} <${email}>`;
  }
}

namespace Text {
  export const pad = (value: string, width: number): string => value.padEnd(width, '.');
  export namespace Inner {
    export function shout<T extends { toString(): string }>(value: T): string {
      return value.toString().toUpperCase() + '!';
    }
  }
}

const settings = { retries: 3, paths: ['a', 'b'] } as const satisfies { retries: number; paths: readonly string[] };
type Path = (typeof settings.paths)[number];

function assertIsUser(value: unknown): asserts value is User {
  if (typeof value !== 'object' || value === null || !('name' in value)) throw new TypeError('no user');
}

const first = <T,>(list: readonly T[]): T | undefined => list[0];

export function typed(this: void, data?: { token: string }): void {
  const users = new Users(new Repository<User>([{ id: 1, name: 'Ann' }, { id: 2, name: 'Bo', email: 'bo@example.com' }]));
  const ann = users.find('1')!;
  assertIsUser(ann);
  const path: Path = settings.paths[1];
  const circle = { kind: 'circle', radius: 2 } as Shape;
  const response: RefinedResponse<'text'> = http.get(`${__ENV.BASE_URL}/get?kind=${__ENV.KIND}`);
  const body = <{ args: Record<string, string> }>(response.json() as unknown);
  visits.add(1, { level: Level[Level.high] });
  group('typed', (): void => {
    check(null, {
      'overloads': () => users.find(2)?.email === 'bo@example.com' && users.used === 2,
      'parameter properties': () => users.kind === 'plain' && Service.count() >= 1,
      'abstract': () => users.describe(ann) === 'Ann <none>',
      'enums': () => Level.low === 1 && Level[2] === 'high' && shapes.Colour.red === 'RED' && shapes.mask === 6,
      'namespaces': () => Text.Inner.shout(Text.pad('a', 3)) === 'A..!',
      'narrowing': () => Math.round(area(circle)) === 13 && area({ kind: 'square', side: 3 }) === 9,
      'generics': () => first([path, 'z'])! === 'b' && first<number>([]) === undefined,
      'http': () => response.status === 200 && String(body.args['kind']) === 'typed',
      'data': () => data === undefined || typeof data!.token === 'string',
      'declare makes no field': () => !('label' in users),
    });
  });
}

export function setup(): { token: string } {
  return { token: Text.pad('t', 5) };
}
