import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Author } from '../localnet/engine/chain/author.js';
import { openPool } from '../localnet/engine/pool/open-pool.js';
import { builtModule, silentLog } from '../src/base/index.js';
import { epochs } from './epoch.js';
import { elsewhere } from './follow.js';
import { median, time } from './measure.js';
import { openOwnChain, transferMaker } from './own-chain.js';
import type { Row, Suite } from './row.js';

const STARTS = 7;
const EMPTY_BLOCKS = 300;
const TRANSFERS = 1000;
const ROUNDS = 5;
const REVERTS = 20;

/** The local chain: how fast it is there, and how fast its blocks are. */
export const suite: Suite = {
  name: 'localnet',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'bittensor-bench-'));
    try {
      return [
        ...(await starting(folder)),
        ...blocks(join(folder, 'blocks')),
        ...epochs(join(folder, 'epochs')),
        ...(await elsewhere(join(folder, 'elsewhere'))),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** From `node main.js` to the first answer, in a process of its own. */
async function starting(folder: string): Promise<Row[]> {
  const fresh: Sample[] = [];
  const again: Sample[] = [];
  for (let i = 0; i < STARTS; i++) {
    const data = join(folder, String(i));
    fresh.push(await startOnce(data, i === 0 ? 1000 : 0));
    again.push(await startOnce(join(folder, '0'), 0));
  }
  return [
    {
      name: 'start to first answer, new chain',
      value: median(fresh.map(({ ms }) => ms)),
      unit: 'ms',
      goal: '500 ms',
      note: `median of ${STARTS}, fastest ${Math.min(...fresh.map(({ ms }) => ms)).toFixed(0)}`,
    },
    { name: 'start to first answer, 1,000 blocks there', value: median(again.map(({ ms }) => ms)), unit: 'ms' },
    { name: 'memory after start', value: median(fresh.map(({ mebibytes }) => mebibytes)), unit: 'MiB RSS' },
    { name: 'memory after 1,000 blocks', value: fresh[0]!.after, unit: 'MiB RSS' },
  ];
}

interface Sample {
  ms: number;
  mebibytes: number;
  /** After the blocks that were asked for. */
  after: number;
}

export async function startOnce(data: string, count: number): Promise<Sample> {
  const main = fileURLToPath(builtModule(import.meta.url, '../localnet/engine/main.js'));
  const started = performance.now();
  const child = spawn(process.execPath, [main, '--port', '0', '--data', data, '--block-time', 'manual'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = new Promise(resolve => child.once('exit', resolve));
  try {
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.once('data', line => resolve((JSON.parse(String(line)) as { port: number }).port));
      child.once('exit', code => reject(new Error(`the engine ended with code ${code}`)));
    });
    const ask = async (method: string, params: unknown[]) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body });
      return ((await response.json()) as { result: { memoryBytes: number } }).result;
    };
    const mebibytes = async () => (await ask('dev_status', [])).memoryBytes / 2 ** 20;
    await ask('chain_getHeader', []);
    const ms = performance.now() - started;
    const before = await mebibytes();
    if (count > 0) await ask('dev_newBlock', [{ count }]);
    return { ms, mebibytes: before, after: await mebibytes() };
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

/** Blocks in this process: built, executed again in a fresh instance, and written. */
function blocks(folder: string): Row[] {
  const chain = openOwnChain(folder);
  const pool = openPool(chain);
  const author = new Author({ chain, pool, blockTime: 'manual', log: silentLog });
  const empty = Array.from({ length: EMPTY_BLOCKS }, () => time(() => author.build()));
  const signed = transferMaker(chain);
  let nonce = 0;
  const transfer = () => signed(nonce++);
  const submitting: number[] = [];
  const building: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const transactions = Array.from({ length: TRANSFERS }, transfer);
    submitting.push(
      time(() => {
        for (const bytes of transactions) pool.submit(bytes);
      }),
    );
    building.push(time(() => author.build()));
    if (pool.readyCount > 0) throw new Error(`${pool.readyCount} transfers did not fit into the block`);
  }
  // Three blocks of ten transfers each, and back.
  const reverting = Array.from({ length: REVERTS }, () => {
    const before = { nonce, number: chain.head.header.number };
    for (let block = 0; block < 3; block++) {
      for (let i = 0; i < 10; i++) pool.submit(transfer());
      author.build();
    }
    nonce = before.nonce;
    return time(() => chain.revert(before.number));
  });
  const noOp = Array.from({ length: 500 }, () =>
    time(() => chain.runtime.view(chain.state, 'AuraApi_slot_duration', new Uint8Array())),
  );
  chain.close();
  const perSecond = (ms: number) => (TRANSFERS * 1000) / ms;
  return [
    { name: 'empty block, built and verified', value: median(empty), unit: 'ms' },
    {
      name: 'block of 1,000 transfers, built and verified',
      value: perSecond(median(building)),
      unit: 'tx/s',
      goal: '1,000 tx/s',
      note: `signatures were checked on submission; median of ${ROUNDS}`,
    },
    {
      name: 'the same with submission',
      value: perSecond(median(submitting.map((ms, i) => ms + building[i]!))),
      unit: 'tx/s',
      note: 'one thread does everything',
    },
    { name: 'submission', value: median(submitting) / TRANSFERS, unit: 'ms/tx' },
    {
      name: 'revert of three blocks, on the disk',
      value: median(reverting),
      unit: 'ms',
      goal: '5 ms',
      note: `median of ${REVERTS}, slowest ${Math.max(...reverting).toFixed(1)}`,
    },
    { name: 'smallest runtime call', value: median(noOp), unit: 'ms' },
  ];
}
