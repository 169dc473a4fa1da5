/** A priority queue: `pop` gives the best by `isBetter`. */
export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly isBetter: (a: T, b: T) => boolean) {}

  push(item: T): void {
    const items = this.items;
    let i = items.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.isBetter(item, items[parent]!)) break;
      items[i] = items[parent]!;
      i = parent;
    }
    items[i] = item;
  }

  pop(): T | undefined {
    const items = this.items;
    const best = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return best;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.isBetter(items[child + 1]!, items[child]!)) child++;
      if (!this.isBetter(items[child]!, last)) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = last;
    return best;
  }
}
