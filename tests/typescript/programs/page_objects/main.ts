// Page objects with generics, over an HTTP client that is handed in.
import type { Client, Reply } from './client.ts';
import { FakeClient } from './client.ts';
import { BasePage, type Locator, by } from './base_page.ts';

interface Credentials {
  readonly user: string;
  password?: string;
}

class LoginPage extends BasePage<{ token: string }> {
  static readonly path: string = '/login';
  readonly #form: Locator<'form'> = by('form', '#login');

  constructor(client: Client, private readonly retries = 2) {
    super(client, LoginPage.path);
  }

  override get title(): string {
    return `${super.title} (login)`;
  }

  async login(this: LoginPage, { user, password = 'secret' }: Credentials): Promise<DashboardPage> {
    for (let attempt = 0; attempt <= this.retries; attempt++) {
      const reply = await this.submit<Credentials>(this.#form, { user, password });
      if (reply.status === 200 && reply.json?.token) return new DashboardPage(this.client, reply.json!.token!);
    }
    throw new Error(`no login for ${user}`);
  }
}

type Widget<Name extends string = string> = { name: Name; rows: number };

class DashboardPage extends BasePage<Widget[]> {
  constructor(client: Client, public readonly token: string) {
    super(client, '/dashboard');
  }

  widgets = (): readonly Widget[] => this.cached ?? ([{ name: 'orders', rows: 3 }, { name: 'users', rows: 5 }] satisfies Widget[]);

  total<K extends keyof Widget>(key: K): Widget[K][] {
    return this.widgets().map((widget): Widget[K] => widget[key]);
  }
}

export default async function (print: (...values: unknown[]) => void): Promise<void> {
  const client: Client = new FakeClient([503, 200]);
  const page = new LoginPage(client);
  print(page.title, LoginPage.path);
  const dashboard = await page.login({ user: 'ann' } as Credentials);
  print(dashboard.token, dashboard.title, dashboard.total('rows').join(), dashboard.total('name').join());
  print(JSON.stringify((client as FakeClient).log));
  const failing = new LoginPage(new FakeClient([500, 500, 500]) as unknown as Client);
  const error = await failing.login({ user: 'bo' }).catch((e: unknown) => e as Error);
  print((error as Error).message, error instanceof Error);
  const reply: Partial<Reply<never>> = {};
  print(reply.json?.['x' as never] ?? 'nothing', Object.keys(page).join());
}
