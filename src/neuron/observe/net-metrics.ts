import type { Metrics } from '../../base/index.js';
import type { Axon, Peer, Reply, RequestKind, Served } from '../../net/index.js';

export interface AxonMetrics {
  /** For `AxonOptions.onServed`. */
  onServed(served: Served): void;
  /** Reads the axon's queue and connections with each text. */
  watch(axon: Pick<Axon, 'stats'>): void;
}

/** What peers ask of this node. */
export function axonMetrics(metrics: Metrics): AxonMetrics {
  const requests = metrics.counter('bittensor_axon_requests_total', 'Requests of peers, by what they were answered.', [
    'kind',
    'code',
  ]);
  const seconds = metrics.histogram(
    'bittensor_axon_request_seconds',
    'From the head of a request to its answer, of those that succeeded.',
    ['kind'],
  );
  const bytes = metrics.counter('bittensor_axon_bytes_total', 'Bodies of requests and answers.', ['direction']);
  return {
    onServed({ kind, code, bytesIn, bytesOut, tookMs }) {
      requests.add(1, { kind, code });
      bytes.add(bytesIn, { direction: 'in' });
      bytes.add(bytesOut, { direction: 'out' });
      if (code === 'Success') seconds.observe(tookMs / 1_000, { kind });
    },
    watch(axon) {
      const jobs = metrics.gauge('bittensor_axon_jobs', 'Requests of peers under way, by what becomes of them.', [
        'state',
      ]);
      const connections = metrics.gauge('bittensor_axon_connections', 'Open connections of peers.');
      const callers = metrics.gauge(
        'bittensor_axon_callers',
        'Hotkeys that have asked, as far as they are remembered.',
      );
      const drops = metrics.counter('bittensor_axon_drops_total', 'Connections closed or refused, by why.', ['reason']);
      metrics.beforeText(() => {
        const stats = axon.stats();
        jobs.set(stats.waiting, { state: 'waiting' });
        jobs.set(stats.computing, { state: 'computing' });
        jobs.set(stats.abandoned, { state: 'abandoned' });
        connections.set(stats.connections);
        callers.set(stats.peers.size);
        for (const [reason, count] of Object.entries(stats.drops)) drops.follow(count, { reason });
      });
    },
  };
}

/** The last word of a peer. */
export interface LastReply {
  readonly code: string;
  /** A moving average over the answers that succeeded. */
  readonly latencyMs: number | undefined;
}

export interface DendriteMetrics {
  /** For `DendriteOptions.onReply`. */
  onReply(kind: RequestKind, peer: Peer, reply: Reply): void;
  last(hotkey: string): LastReply | undefined;
}

/** Peers whose last word is remembered, as many as the dendrite remembers. */
const MOST_PEERS = 1_024;
const SMOOTHING = 0.1;

/** What this node asks of peers. */
export function dendriteMetrics(metrics: Metrics): DendriteMetrics {
  const requests = metrics.counter('bittensor_dendrite_requests_total', 'Requests to peers, by what came of them.', [
    'kind',
    'code',
  ]);
  const seconds = metrics.histogram(
    'bittensor_dendrite_request_seconds',
    'From asking a peer to its answer, of requests that succeeded.',
    ['kind'],
  );
  const bytes = metrics.counter('bittensor_dendrite_bytes_total', 'Bodies of requests and answers.', ['direction']);
  const words = new Map<string, LastReply>();
  return {
    onReply(kind, { hotkey }, { code, elapsedMs, bytesIn, bytesOut }) {
      requests.add(1, { kind, code });
      bytes.add(bytesIn, { direction: 'in' });
      bytes.add(bytesOut, { direction: 'out' });
      const before = words.get(hotkey)?.latencyMs;
      let latencyMs = before;
      if (code === 'Success') {
        seconds.observe(elapsedMs / 1_000, { kind });
        latencyMs = before === undefined ? elapsedMs : before + SMOOTHING * (elapsedMs - before);
      }
      words.delete(hotkey);
      words.set(hotkey, { code, latencyMs });
      for (const oldest of words.keys()) {
        if (words.size <= MOST_PEERS) break;
        words.delete(oldest);
      }
    },
    last: hotkey => words.get(hotkey),
  };
}
