import { encodeAddress, fromHex, type Log, sleep } from '../../base/index.js';
import type { Axon, Dendrite } from '../../net/index.js';

/** How often a neuron that goes on says what its network did, milliseconds. */
const EVERY_MS = 10 * 60_000;

export interface TrafficTeller {
  /** Says now what came and went since the start: a line each for axon and dendrite, and one per peer at debug. */
  tell(): void;
  /** Says it every ten minutes until the signal aborts. */
  tellRegularly(signal: AbortSignal, everyMs?: number): void;
}

export function trafficTeller(
  axon: Pick<Axon, 'stats'>,
  dendrite: Pick<Dendrite, 'stats'>,
  log: Pick<Log, 'info' | 'debug'>,
): TrafficTeller {
  const tell = () => {
    tellServed(axon, log);
    tellAsked(dendrite, log);
  };
  return {
    tell,
    tellRegularly(signal, everyMs = EVERY_MS) {
      void (async () => {
        for (;;) {
          await sleep(everyMs, signal);
          tell();
        }
      })().catch(error => {
        if (!signal.aborted) log.debug(`statistics: ${String(error)}`);
      });
    },
  };
}

function tellServed(axon: Pick<Axon, 'stats'>, log: Pick<Log, 'info' | 'debug'>): void {
  const { requests, codes, bytesIn, bytesOut, peers } = axon.stats();
  const rows = [...peers].map(([hotkey, row]) => ({ ...row, hotkey, answered: row.requests - row.refusals }));
  const refusals = requests - (codes.Success ?? 0);
  const latency = meanOf(rows.map(({ meanMs, answered }) => [meanMs, answered]));
  log.info(
    `Served ${counted(requests, 'request')} of ${counted(rows.length, 'peer')}, ${refusals} refused: ` +
      `${bytes(bytesIn)} in, ${bytes(bytesOut)} out, ${latency}`,
  );
  for (const { hotkey, requests, refusals, bytesIn, bytesOut, meanMs, maxMs } of rows) {
    log.debug(
      `Served ${nameOf(hotkey)}: ${counted(requests, 'request')}, ${refusals} refused, ` +
        `${bytes(bytesIn)} in, ${bytes(bytesOut)} out, mean ${meanMs.toFixed(1)} ms, longest ${maxMs.toFixed(1)} ms`,
    );
  }
}

function tellAsked(dendrite: Pick<Dendrite, 'stats'>, log: Pick<Log, 'info' | 'debug'>): void {
  const rows = dendrite.stats().map(row => ({ ...row, answered: row.codes.Success ?? 0 }));
  const requests = sum(rows.map(row => row.requests));
  const failed = requests - sum(rows.map(row => row.answered));
  const latency = meanOf(
    rows.map(({ latencyMs, answered }) => [latencyMs, answered]),
    'lately',
  );
  log.info(
    `Sent ${counted(requests, 'request')} to ${counted(rows.length, 'peer')}, ${failed} without success: ` +
      `${bytes(sum(rows.map(row => row.bytesIn)))} in, ${bytes(sum(rows.map(row => row.bytesOut)))} out, ${latency}`,
  );
  for (const { hotkey, requests, bytesIn, bytesOut, codes, latencyMs } of rows) {
    const outcomes = Object.entries(codes).map(([code, count]) => `${code} ${count}`);
    log.debug(
      `Sent to ${nameOf(hotkey)}: ${counted(requests, 'request')} (${outcomes.join(', ')}), ` +
        `${bytes(bytesIn)} in, ${bytes(bytesOut)} out, lately ${latencyMs.toFixed(1)} ms`,
    );
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** The mean of means, each with the number of answers that it is of. */
function meanOf(rows: readonly (readonly [mean: number, count: number])[], word = 'mean'): string {
  const count = sum(rows.map(row => row[1]));
  if (count === 0) return 'none answered';
  return `${word} ${(sum(rows.map(([mean, n]) => mean * n)) / count).toFixed(1)} ms`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function bytes(count: number): string {
  if (count < 1_024) return `${count} bytes`;
  return count < 2 ** 20 ? `${(count / 1_024).toFixed(1)} KiB` : `${(count / 2 ** 20).toFixed(1)} MiB`;
}

function nameOf(hotkey: string): string {
  return /^0x[0-9a-f]{64}$/.test(hotkey) ? encodeAddress(fromHex(hotkey)) : hotkey;
}
