import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeAddress } from '../src/base/index.js';
import { startOnce } from './localnet.js';
import { median, time } from './measure.js';
import { openOwnChain, ownSource, transferMaker } from './own-chain.js';
import type { Row, Suite } from './row.js';

const KEYS = 10_000;
const BLOCKS = 10_000;
const TRANSFERS = 1000;
const ROUNDS = 3;

/** The local chain when it has become large: many keys, many blocks, and blocks that another one executes again. */
export const suite: Suite = {
  name: 'growth',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'bittensor-bench-'));
    try {
      return [
        ...manyKeys(join(folder, 'keys')),
        ...(await manyBlocks(join(folder, 'blocks'))),
        ...executedAgain(join(folder, 'author'), join(folder, 'follower')),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const nothing = { next: () => undefined, rejected() {} };

function manyKeys(folder: string): Row[] {
  const balances = Array.from({ length: KEYS }, (_, i) => {
    const account = new Uint8Array(32).fill(3);
    new DataView(account.buffer).setUint32(0, i);
    return [encodeAddress(account), 1_000_000_000];
  });
  const chain = openOwnChain(folder, ownSource(JSON.stringify({ balances: { balances } })));
  for (let i = 0; i < 50; i++) chain.build(nothing);
  const times = Array.from({ length: 300 }, () => time(() => chain.build(nothing)));
  chain.close();
  return [{ name: `empty block at ${KEYS} keys`, value: median(times), unit: 'ms', goal: '2 ms' }];
}

async function manyBlocks(folder: string): Promise<Row[]> {
  const chain = openOwnChain(folder);
  const before = bytesIn(folder);
  let thousand = 0;
  for (let i = 0; i < BLOCKS; i++) {
    const ms = time(() => chain.build(nothing));
    if (i < 1000) thousand += ms;
  }
  chain.close();
  const perBlock = (bytesIn(folder) - before) / BLOCKS;
  const restarts = [];
  for (let i = 0; i < 5; i++) restarts.push(await startOnce(folder, 0));
  return [
    { name: '1,000 empty blocks', value: thousand / 1000, unit: 's', goal: '3 s' },
    {
      name: `restart with ${BLOCKS} blocks, to first answer`,
      value: median(restarts.map(({ ms }) => ms)),
      unit: 'ms',
      goal: '2,000 ms',
    },
    { name: `memory with ${BLOCKS} blocks`, value: restarts[0]!.after, unit: 'MiB RSS', goal: '200 MiB' },
    { name: 'disk per empty block', value: perBlock, unit: 'bytes', goal: '2,048 bytes' },
  ];
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** A second chain that knows nothing of the first's signatures imports its blocks. */
function executedAgain(here: string, there: string): Row[] {
  const author = openOwnChain(here);
  const follower = openOwnChain(there);
  const signed = transferMaker(author);
  let nonce = 0;
  const times = Array.from({ length: ROUNDS }, () => {
    const rest = Array.from({ length: TRANSFERS }, () => ({ bytes: signed(nonce++) }));
    const { block } = author.build({ next: () => rest.shift(), rejected() {} });
    if (block.extrinsics.length <= TRANSFERS) throw new Error('not every transfer fitted into the block');
    return time(() => follower.import(block));
  });
  author.close();
  follower.close();
  return [
    {
      name: 'block of 1,000 transfers, executed again by another',
      value: (TRANSFERS * 1000) / median(times),
      unit: 'tx/s',
      goal: '1,300 tx/s',
      note: 'with its signatures verified for the first time',
    },
  ];
}
