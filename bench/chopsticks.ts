import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Chain } from '../localnet/engine/chain/chain.js';
import { buildGenesis, type GenesisSource } from '../localnet/engine/chain/genesis.js';
import { hex, keyHex } from '../localnet/engine/codec.js';
import type { Runtimes } from '../localnet/engine/runtime/runtime.js';
import { median } from './measure.js';
import { freshRuntimes, openOwnChain, ownSource, transferMaker } from './own-chain.js';
import type { Row, Suite } from './row.js';

const EMPTY_BLOCKS = 15;
const TRANSFERS = 60;
const CALLS = 30;
const NONE = new Uint8Array();
/** The only slot duration that chopsticks finds out: what the runtime says without a state. */
const SLOT = '{"subtensorModule":{"slotDuration":12000}}';

/** What both hosts are asked for, with the same runtime, the same state and the same transactions. */
interface Host {
  genesisHash: string;
  build(transactions: readonly Uint8Array[]): Promise<number>;
  call(method: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** Our engine beside chopsticks-core, in turns in one process. Ours also executes each block again to verify it. */
export const suite: Suite = {
  name: 'chopsticks',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'bittensor-bench-'));
    const source = ownSource(SLOT);
    const runtimes = freshRuntimes();
    const chain = openOwnChain(folder, source, runtimes);
    const ours = hostOf(chain);
    const theirs = await startChopsticks(source, runtimes);
    try {
      return await compare({ ours, theirs }, genesisHash => {
        const signed = transferMaker(chain, genesisHash);
        return Array.from({ length: TRANSFERS }, (_, nonce) => signed(nonce));
      });
    } finally {
      await theirs.stop();
      await ours.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function hostOf(chain: Chain): Host {
  return {
    genesisHash: chain.genesisHash,
    async build(transactions) {
      const rest = transactions.map(bytes => ({ bytes }));
      return chain.build({ next: () => rest.shift(), rejected() {} }).block.extrinsics.length;
    },
    call: async method => chain.runtime.view(chain.state, method, NONE),
    stop: async () => chain.close(),
  };
}

async function startChopsticks(source: GenesisSource, runtimes: Runtimes): Promise<Host> {
  // Its loggers take their level from here when the module is loaded.
  process.env['LOG_LEVEL'] = 'fatal';
  const core = await import('@acala-network/chopsticks-core');
  const top = Object.fromEntries([...buildGenesis(source, runtimes)].map(([key, value]) => [keyHex(key), hex(value)]));
  const genesis = new core.GenesisProvider({
    id: 'bench',
    name: 'bench',
    properties: { ss58Format: 42, tokenDecimals: 9, tokenSymbol: 'TAO' },
    genesis: { raw: { top: top as Record<string, `0x${string}`> } },
  });
  const chain = await core.setup({ genesis, buildBlockMode: core.BuildBlockMode.Manual, runtimeLogLevel: 0 });
  return {
    genesisHash: await chain.api.getBlockHash(0).then(hash => hash ?? genesis.blockHash),
    async build(transactions) {
      const block = await chain.newBlock({ transactions: transactions.map(bytes => hex(bytes) as `0x${string}`) });
      return (await block.extrinsics).length;
    },
    call: method => chain.head.call(method, []),
    stop: () => chain.close(),
  };
}

async function compare(
  hosts: { ours: Host; theirs: Host },
  transactions: (genesisHash: string) => Uint8Array[],
): Promise<Row[]> {
  const { ours, theirs } = hosts;
  const empty = await inTurns(EMPTY_BLOCKS, [ours, theirs], host => host.build([]));
  const call = await inTurns(CALLS, [ours, theirs], host => host.call('AuraApi_slot_duration'));
  const signed = new Map([ours, theirs].map(host => [host, transactions(host.genesisHash)]));
  const full = await inTurns(1, [ours, theirs], async host => {
    const included = (await host.build(signed.get(host)!)) - 1;
    if (included < TRANSFERS) throw new Error(`only ${included} of ${TRANSFERS} transfers were included`);
  });
  const pair = (name: string, unit: string, [mine, other]: readonly [number, number], note?: string): Row[] => [
    { name, value: mine, unit, ratio: mine / other, ...(note !== undefined && { note }) },
    { name: `${name}, chopsticks-core`, value: other, unit },
  ];
  return [
    ...pair('empty block', 'ms', empty, 'ours is also executed again and written to the disk'),
    ...pair(`block of ${TRANSFERS} transfers`, 'ms', full),
    ...pair('smallest runtime call', 'ms', call),
  ];
}

/** The median time of each host in milliseconds. */
async function inTurns(
  rounds: number,
  hosts: readonly [Host, Host],
  work: (host: Host) => Promise<unknown>,
): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const [i, host] of hosts.entries()) {
      const started = performance.now();
      await work(host);
      times[i]!.push(performance.now() - started);
    }
  }
  return [median(times[0]), median(times[1])];
}
