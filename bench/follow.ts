import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Author } from '../localnet/engine/chain/author.js';
import { openPool } from '../localnet/engine/pool/open-pool.js';
import { builtModule, pollUntil, silentLog } from '../src/base/index.js';
import { openOwnChain, transferMaker } from './own-chain.js';
import type { Row } from './row.js';

const EMPTY_BLOCKS = 1000;
const FULL_BLOCKS = 4;
const TRANSFERS = 1000;
const WITHIN_MS = 120_000;

/** Followers and forks, in processes of their own. */
export async function elsewhere(folder: string): Promise<Row[]> {
  const empty = join(folder, 'empty');
  const full = join(folder, 'full');
  makeChain(empty, EMPTY_BLOCKS, 0);
  makeChain(full, FULL_BLOCKS, TRANSFERS);
  const emptySeconds = await following(empty);
  const fullSeconds = await following(full);
  const { answerMs, wholeMs } = await forking(full);
  return [
    { name: 'follower: empty blocks, fetched and executed', value: EMPTY_BLOCKS / emptySeconds, unit: 'blocks/s' },
    {
      name: 'follower: transfers, fetched and executed again',
      value: (FULL_BLOCKS * TRANSFERS) / fullSeconds,
      unit: 'tx/s',
      goal: '1,300 tx/s',
      note: `signatures included; ${FULL_BLOCKS} blocks of ${TRANSFERS}, leader on the same machine`,
    },
    { name: 'fork: start to first answer', value: answerMs, unit: 'ms', note: 'source on the same machine' },
    { name: 'fork: until it needs its source no more', value: wholeMs, unit: 'ms', note: 'some 4,300 keys' },
  ];
}

/** A chain on the disk with that many blocks, each of so many transfers. */
function makeChain(folder: string, blocks: number, transfers: number): void {
  const chain = openOwnChain(folder);
  const pool = openPool(chain);
  const author = new Author({ chain, pool, blockTime: 'manual', log: silentLog });
  const signed = transferMaker(chain);
  let nonce = 0;
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < transfers; i++) pool.submit(signed(nonce++));
    author.build();
    if (pool.readyCount > 0) throw new Error(`${pool.readyCount} transfers did not fit into the block`);
  }
  chain.close();
}

/** Seconds from the follower's start of fetching to the leader's head. */
async function following(folder: string): Promise<number> {
  await using leader = await start(folder, ['--block-time', 'manual']);
  const { number } = await leader.status();
  await using follower = await start(`${folder}-follower`, ['--follow', leader.url]);
  const started = performance.now();
  await pollUntil('the head', { withinMs: WITHIN_MS, everyMs: 20 }, async () =>
    (await follower.status()).number === number ? true : undefined,
  );
  return (performance.now() - started) / 1000;
}

async function forking(folder: string): Promise<{ answerMs: number; wholeMs: number }> {
  await using source = await start(folder, ['--block-time', 'manual']);
  const started = performance.now();
  await using fork = await start(`${folder}-fork`, ['--block-time', 'manual', '--fork', source.url]);
  await fork.status();
  const answerMs = performance.now() - started;
  await pollUntil('the whole state', { withinMs: WITHIN_MS, everyMs: 20 }, async () =>
    (await fork.status()).forkedFrom?.isWhole ? true : undefined,
  );
  return { answerMs, wholeMs: performance.now() - started };
}

interface Status {
  number: number;
  forkedFrom?: { isWhole: boolean };
}

interface Running extends AsyncDisposable {
  url: string;
  status(): Promise<Status>;
}

async function start(data: string, args: readonly string[]): Promise<Running> {
  const main = fileURLToPath(builtModule(import.meta.url, '../localnet/engine/main.js'));
  const child = spawn(process.execPath, [main, '--port', '0', '--data', data, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = new Promise(resolve => child.once('exit', resolve));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', line => resolve((JSON.parse(String(line)) as { port: number }).port));
    child.once('exit', code => reject(new Error(`the engine ended with code ${code}`)));
  });
  return {
    url: `ws://127.0.0.1:${port}`,
    async status() {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'dev_status', params: [] });
      const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body });
      return ((await response.json()) as { result: Status }).result;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
