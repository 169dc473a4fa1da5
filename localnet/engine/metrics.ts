import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHttp, reply } from '../../src/base/local-http.js';
import { createMetrics } from '../../src/base/metrics.js';

/** What of `dev_status` becomes figures. */
interface Told {
  number: number;
  finalizedNumber: number;
  blocks: number;
  extrinsics: number;
  ready: number;
  future: number;
}

export interface ChainFigures {
  host: string;
  port: number;
  dataFolder: string;
  /** The members of a JSON-RPC answer: `"result":...` */
  request(method: string, params: unknown): Promise<string>;
  clients(): number;
}

/** A chain that is inside a long call is not waited for. */
const ASK_MS = 3_000;

/** Serves the chain's figures for Prometheus at `/metrics`, and `/health`. Errors: `port_in_use`, `cannot_listen`. */
export async function serveMetrics(chain: ChainFigures): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const metrics = await createMetrics({ role: 'localnet' });
  const blocks = metrics.counter('bittensor_localnet_blocks_total', 'Blocks that were added since the start.');
  const extrinsics = metrics.counter(
    'bittensor_localnet_extrinsics_total',
    'Extrinsics in those blocks, inherents included.',
  );
  const head = metrics.gauge('bittensor_chain_block', 'Newest block.');
  const finalized = metrics.gauge('bittensor_chain_finalized_block', 'Newest finalized block.');
  const lag = metrics.gauge('bittensor_chain_finalized_lag_blocks', 'Blocks between the two.');
  const pool = metrics.gauge(
    'bittensor_localnet_pool_transactions',
    'Transactions that can go into a block, and that wait for others.',
    ['state'],
  );
  const disk = metrics.gauge('bittensor_localnet_disk_bytes', 'Blocks and states on the disk, by file.', ['file']);
  const clients = metrics.gauge('bittensor_localnet_clients', 'Connections, and posts under way.');
  const read = async (): Promise<boolean> => {
    const told = await ask(chain).catch(() => undefined);
    disk.clear();
    for (const [file, bytes] of filesOf(chain.dataFolder)) disk.set(bytes, { file });
    clients.set(chain.clients());
    if (!told) return false;
    blocks.follow(told.blocks);
    extrinsics.follow(told.extrinsics);
    head.set(told.number);
    finalized.set(told.finalizedNumber);
    lag.set(told.number - told.finalizedNumber);
    pool.set(told.ready, { state: 'ready' });
    pool.set(told.future, { state: 'future' });
    return true;
  };
  const server = await LocalHttp.start({
    host: chain.host,
    port: chain.port,
    // As the chain's own port: bound to more than this machine it is asked by any name.
    anyName: chain.host !== '127.0.0.1' && chain.host !== '::1',
    routes: {
      '/metrics': async (_, response) => {
        await read();
        reply(response, 200, metrics.contentType, await metrics.text());
      },
      '/health': async (_, response) => {
        const ok = await read();
        reply(response, ok ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify({ ok }));
      },
    },
  });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      metrics.close();
    },
  };
}

async function ask(chain: ChainFigures): Promise<Told> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the chain is busy')), ASK_MS);
  });
  try {
    const answer = await Promise.race([chain.request('dev_status', []), late]);
    return (JSON.parse(`{${answer}}`) as { result: Told }).result;
  } finally {
    clearTimeout(timer);
  }
}

/** Few files: more than that is not the chain's. */
const MOST_FILES = 64;

function filesOf(folder: string): [name: string, bytes: number][] {
  const files = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isFile());
  return files.slice(0, MOST_FILES).flatMap(({ name }) => {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    return stat ? [[name, stat.size] as [string, number]] : [];
  });
}
