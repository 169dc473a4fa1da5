/** The bytes that are held for one client. */
export interface Account {
  add(bytes: number): void;
  /** The client is gone; what is added afterwards does not count. */
  leave(): void;
}

interface Holder {
  bytes: number;
  readonly giveWay: () => void;
}

/** Counts what is held for all clients together. Above the limit, whoever takes most is told to give way, until it fits. */
export class Memory {
  private readonly holders = new Set<Holder>();
  private total = 0;

  constructor(private readonly limit: number) {}

  get bytes(): number {
    return this.total;
  }

  open(giveWay: () => void): Account {
    const holder: Holder = { bytes: 0, giveWay };
    this.holders.add(holder);
    return { add: bytes => this.add(holder, bytes), leave: () => this.drop(holder) };
  }

  private add(holder: Holder, bytes: number): void {
    if (!this.holders.has(holder)) return;
    holder.bytes += bytes;
    this.total += bytes;
    while (this.total > this.limit) {
      let heaviest = holder;
      for (const other of this.holders) if (other.bytes > heaviest.bytes) heaviest = other;
      this.drop(heaviest);
      heaviest.giveWay();
    }
  }

  private drop(holder: Holder): void {
    if (this.holders.delete(holder)) this.total -= holder.bytes;
  }
}
