import { engineError } from '../errors.js';

/** A block that somebody wants to come back to. */
export interface Snapshot {
  id: number;
  block: number;
  /** Of that block. */
  hash: string;
}

/** Each keeps a state that would be forgotten otherwise. */
const AT_MOST = 16;

/** The snapshots that were taken, by the order in which they were. */
export class Snapshots {
  private pinned: readonly number[] = [];

  constructor(
    private kept: readonly Snapshot[],
    private last: number,
  ) {
    this.keep(kept);
  }

  get all(): readonly Snapshot[] {
    return this.kept;
  }

  /** The highest id that was ever given. */
  get lastId(): number {
    return this.last;
  }

  /** Their blocks, ascending, each once. */
  get blocks(): readonly number[] {
    return this.pinned;
  }

  take(block: { number: number; hash: string }): Snapshot {
    if (this.kept.length >= AT_MOST) {
      throw engineError(
        'too_many_snapshots',
        `there are ${AT_MOST} snapshots, which is the limit: revert to an older one, or drop one of ${this.kept.map(({ id }) => id).join(', ')}`,
      );
    }
    this.last++;
    const snapshot = { id: this.last, block: block.number, hash: block.hash };
    this.keep([...this.kept, snapshot]);
    return snapshot;
  }

  /** True when there was one of that id. */
  drop(id: number): boolean {
    const rest = this.kept.filter(snapshot => snapshot.id !== id);
    const found = rest.length < this.kept.length;
    this.keep(rest);
    return found;
  }

  /** After the chain was rewound: those of later blocks are gone. */
  rewind(block: number): void {
    this.keep(this.kept.filter(snapshot => snapshot.block <= block));
  }

  private keep(snapshots: readonly Snapshot[]): void {
    this.kept = snapshots;
    this.pinned = [...new Set(snapshots.map(({ block }) => block))].sort((a, b) => a - b);
  }
}
