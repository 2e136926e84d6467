import type { Client, Reply } from './client.ts';

declare const brand: unique symbol;
export type Locator<Kind extends string> = { readonly kind: Kind; css: string; [brand]?: never };

export function by<const Kind extends string>(kind: Kind, css: string): Locator<Kind> {
  return { kind, css };
}

export abstract class BasePage<Model extends object> {
  protected cached?: Model;
  declare protected readonly model: Model;

  protected constructor(protected client: Client, readonly path: string) {}

  get title(): string {
    return this.path.slice(1);
  }

  protected submit<Body extends object>(locator: Locator<string>, body: Body): Promise<Reply<Model>> {
    return this.client.send<Model, Body & { via: string }>(this.path, { ...body, via: `${locator.kind}${locator.css}` });
  }
}
