export interface Reply<T> {
  status: number;
  json: T | null;
}

export interface Client {
  send<T, Body = unknown>(path: string, body?: Body): Promise<Reply<T>>;
}

export class FakeClient implements Client {
  readonly log: Array<[path: string, body: unknown]> = [];
  constructor(private statuses: number[]) {}

  async send<T, Body = unknown>(path: string, body?: Body): Promise<Reply<T>> {
    this.log.push([path, body]);
    const status = this.statuses.shift() ?? 404;
    return { status, json: status === 200 ? (<T>(<unknown>{ token: 't' + this.log.length })) : null };
  }
}
