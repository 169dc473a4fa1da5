import { compact, join, lengthPrefixed, Reader, toKey } from '../../localnet/engine/codec.js';
import type { Guest, HostFunctions } from '../../localnet/engine/runtime/host/guest.js';
import type { MeasuredState } from './state.js';

/** What two clocks say, in nanoseconds. */
interface Instant {
  wall: bigint;
  /** Time that this process has run, on all its threads. */
  processor: bigint;
}

function now(): Instant {
  const { user, system } = process.cpuUsage();
  return { wall: process.hrtime.bigint(), processor: BigInt(user + system) * 1000n };
}

/** A key that is not counted: `TrackedStorageKey` of sp-storage. */
interface Tracked {
  key: Uint8Array;
  rest: Uint8Array;
}

function readTracked(reader: Reader): Tracked {
  const key = reader.vec();
  const begin = reader.offset;
  // Reads, writes, whether it is left out, and a child trie's key.
  reader.take(9);
  if (reader.u8() === 1) reader.vec();
  return { key, rest: reader.bytes.subarray(begin, reader.offset) };
}

/**
 * The host functions that a runtime with benchmarks imports besides the usual ones, for one measurement at a time.
 * Source: frame-benchmarking 50, `utils.rs`.
 */
export class BenchmarkHost {
  private tracked: Tracked[] = [];
  private readonly instants: Instant[] = [];
  private settled = 0;

  constructor(private readonly state: MeasuredState) {}

  begin(): void {
    this.instants.length = 0;
    this.settled = 0;
  }

  /**
   * Nanoseconds between the first two looks at the clock: the measured call. Where another process had the processor the
   * wall clock says too much, where other threads worked beside this one the processor clock does: the smaller one counts.
   */
  get elapsedNs(): number {
    const [from, to] = this.instants;
    if (!from || !to) throw new Error('the benchmark did not look at the clock twice');
    const wall = Number(to.wall - from.wall);
    const processor = Number(to.processor - from.processor);
    // The processor clock counts microseconds.
    return Math.min(wall, Math.max(processor, wall > 100_000 ? 1000 : wall));
  }

  /** Nanoseconds that the last call's changes took to become part of the state. */
  get settledNs(): number {
    return this.settled;
  }

  functions(guest: Guest): HostFunctions {
    const { state } = this;
    return {
      ext_benchmarking_current_time_version_1: () => {
        this.instants.push(now());
        const bytes = new Uint8Array(16);
        new DataView(bytes.buffer).setBigUint64(0, process.hrtime.bigint(), true);
        return guest.place(bytes);
      },
      ext_benchmarking_wipe_db_version_1: () => state.wipe(),
      ext_benchmarking_commit_db_version_1: () => {
        this.settled = state.settle();
      },
      ext_benchmarking_read_write_count_version_1: () => {
        const counts = new DataView(new ArrayBuffer(16));
        counts.setUint32(0, state.reads, true);
        counts.setUint32(8, state.writes, true);
        return guest.write(new Uint8Array(counts.buffer));
      },
      ext_benchmarking_reset_read_write_count_version_1: () => state.resetCounts(),
      ext_benchmarking_get_whitelist_version_1: () =>
        guest.write(
          join(compact(this.tracked.length), ...this.tracked.map(({ key, rest }) => join(lengthPrefixed(key), rest))),
        ),
      ext_benchmarking_set_whitelist_version_1: (list: bigint) => {
        const reader = new Reader(guest.read(list).slice());
        this.track(Array.from({ length: reader.compact() }, () => readTracked(reader)));
      },
      ext_benchmarking_add_to_whitelist_version_1: (entry: bigint) =>
        this.track([...this.tracked, readTracked(new Reader(guest.read(entry).slice()))]),
      ext_benchmarking_remove_from_whitelist_version_1: (key: bigint) => {
        const gone = toKey(guest.read(key));
        this.track(this.tracked.filter(entry => toKey(entry.key) !== gone));
      },
      // No proofs are measured: nobody verifies this chain by them.
      ext_benchmarking_get_read_and_written_keys_version_1: () => guest.write(compact(0)),
      ext_benchmarking_proof_size_version_1: () => guest.write(Uint8Array.of(0)),
    };
  }

  private track(entries: Tracked[]): void {
    this.tracked = entries;
    this.state.ignore(entries.map(({ key }) => toKey(key)));
  }
}
