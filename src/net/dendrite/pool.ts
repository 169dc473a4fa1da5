/** What a pool holds: something with a connection. */
export interface Pooled {
  /** Calls under way. */
  readonly active: number;
  close(): void;
}

/** One of a kind for each key, at most `most` in all: beyond that the one used longest ago goes, idle ones first. */
export class Pool<T extends Pooled> {
  // In the order of the last use.
  private readonly entries = new Map<string, T>();

  constructor(private readonly most: number) {}

  /** The one of this key, made when there is none. Callers that race get the same one. */
  get(key: string, make: () => T): T {
    const known = this.entries.get(key);
    const entry = known ?? make();
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (!known && this.entries.size > this.most) this.evict(key);
    return entry;
  }

  peek(key: string): T | undefined {
    return this.entries.get(key);
  }

  /** Closes the one of this key. */
  remove(key: string): void {
    const entry = this.entries.get(key);
    this.entries.delete(key);
    entry?.close();
  }

  get size(): number {
    return this.entries.size;
  }

  close(): void {
    for (const entry of this.entries.values()) entry.close();
    this.entries.clear();
  }

  private evict(except: string): void {
    let oldest: string | undefined;
    for (const [key, entry] of this.entries) {
      if (key === except) continue;
      oldest ??= key;
      if (entry.active > 0) continue;
      oldest = key;
      break;
    }
    if (oldest !== undefined) this.remove(oldest);
  }
}
