export interface Entity {
  id: number;
}

export class Repository<T extends Entity> implements Iterable<T> {
  private readonly items = new Map<T['id'], T>();

  constructor(items: T[] = []) {
    for (const item of items) this.items.set(item.id, item);
  }

  get(id: number): T | undefined {
    return this.items.get(id);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    yield* this.items.values();
  }
}
