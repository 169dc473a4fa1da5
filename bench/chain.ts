import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHex, toHex } from '../src/base/index.js';
import { opaqueMetadata } from '../src/chain/connection/chain.js';
import { startLocalnet } from '../src/chain/index.js';
import { createApi } from '../src/chain/metadata/api.js';
import { createMetagraph, neuronsFromColumns } from '../src/chain/reads/metagraph.js';
import { neuronSource } from '../src/chain/reads/neuron-source.js';
import { type NeuronColumns, neuronsFromDecoded } from '../src/chain/reads/neurons.js';
import type { Row, Suite } from './row.js';

const NEURONS = 4096;
const ROUNDS = 61;

/** The chain client: what a metagraph costs once its bytes are here. */
export const suite: Suite = {
  name: 'chain',
  async run(): Promise<Row[]> {
    const { api, name } = await ownApi();
    const { decode, method } = neuronSource(api);
    const bytes = api.registry.createTypeUnsafe(method!.output, [neurons()]).toU8a();
    const general = () => neuronsFromDecoded(api.registry.createTypeUnsafe(method!.output, [bytes]).toPrimitive());
    const columns = decode(bytes);
    const ours = medianMs(() => decode(bytes), ROUNDS);
    const known = new Map<string, string>();
    const before = { columns, neurons: neuronsFromColumns(columns, known) };
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, result: toHex(bytes) });
    const head = { netuid: 1, block: 1, blockHash: '0x', token: 'TAO', tempo: 40, lastEpochBlock: 0 } as const;
    const whole = medianMs(() => {
      const { result } = JSON.parse(message) as { result: string };
      createMetagraph(head, neuronsFromColumns(decode(fromHex(result)), known, before));
    }, ROUNDS);
    const addresses = medianMs(() => neuronsFromColumns(columns, new Map()), 5);
    // Last, because its garbage would be collected at the others' expense.
    const theirs = medianMs(() => api.registry.createTypeUnsafe(method!.output, [bytes]), 5);
    requireSame(columns, general());
    const note = `${name}, ${(bytes.length / 1024).toFixed(0)} KiB, every value compared`;
    return [
      { name: `${NEURONS} neurons, decoded into columns`, value: ours, unit: 'ms CPU', note },
      { name: `${NEURONS} neurons, @polkadot/types`, value: theirs, unit: 'ms CPU', ratio: theirs / ours },
      { name: `${NEURONS} neurons, from the message to the metagraph`, value: whole, unit: 'ms CPU', goal: '10 ms' },
      { name: 'the same keys for the first time: their addresses', value: addresses, unit: 'ms CPU' },
    ];
  },
};

/** An api made from the metadata of a chain of our own. */
async function ownApi() {
  const folder = mkdtempSync(join(tmpdir(), 'bittensor-bench-'));
  const chain = await startLocalnet({ port: 0, dataFolder: folder, blockTime: 'manual', detached: false });
  try {
    const ask = async (method: string, ...params: unknown[]) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(chain.url.replace('ws:', 'http:'), { method: 'POST', headers, body });
      return ((await answer.json()) as { result: unknown }).result;
    };
    const answer = String(await ask('state_call', 'Metadata_metadata_at_version', '0x0f000000'));
    const version = (await ask('state_getRuntimeVersion')) as { specName: string; specVersion: number };
    const call = () => Promise.reject(new Error('nobody is there'));
    const metadata = opaqueMetadata(fromHex(answer))!;
    const api = await createApi({ genesisHash: chain.genesis!, name: 'bench', version, metadata }, { call });
    return { api, name: `${version.specName} ${version.specVersion}` };
  } finally {
    await chain.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A full subnet: every neuron with an axon, stakers, and numbers of every length. */
function neurons(): unknown[] {
  const key = (seed: number) => Uint8Array.from({ length: 32 }, (_, i) => (seed * 31 + i * 7 + (seed >> 8)) & 255);
  return Array.from({ length: NEURONS }, (_, uid) => ({
    hotkey: key(uid),
    coldkey: key(uid >> 3),
    uid,
    netuid: 1,
    active: uid % 3 > 0,
    axonInfo: {
      block: 3_000_000 + uid,
      version: 10,
      ip: uid % 4 === 0 ? 2n ** 125n + BigInt(uid) : 0x0a00_0000 + uid,
      port: 8000 + uid,
      ipType: uid % 4 === 0 ? 6 : 4,
      protocol: 4,
    },
    prometheusInfo: { block: 3_000_000, version: 1, ip: 0x0a00_0000 + uid, port: 9000, ipType: 4 },
    stake: [[key(uid >> 3), 10n ** 9n * BigInt(uid + 1)]],
    rank: uid * 16,
    emission: 1_000_000n * BigInt(uid),
    incentive: uid * 16,
    consensus: uid * 8,
    trust: uid * 4,
    validatorTrust: uid,
    dividends: (uid * 5) % 65_536,
    lastUpdate: 3_000_000 + uid,
    validatorPermit: uid < 64,
    pruningScore: uid,
  }));
}

function requireSame(columns: NeuronColumns, others: NeuronColumns): void {
  for (const name of Object.keys(columns) as (keyof NeuronColumns)[]) {
    if (String(columns[name]) !== String(others[name])) throw new Error(`${name} differs from @polkadot/types`);
  }
}

/** Processor time, so that a busy machine does not count. */
function medianMs(work: () => unknown, rounds: number): number {
  const times = Array.from({ length: rounds }, () => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}
