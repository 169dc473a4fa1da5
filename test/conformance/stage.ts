import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { ApiPromise, WsProvider } from '@polkadot/api';
import { stringCamelCase } from '@polkadot/util';
import { expect } from 'vitest';
import { packagePath } from '../../src/base/index.js';
import { type ChainClient, connect } from '../../src/chain/index.js';
import { EngineProcess, type Listening } from '../localnet/engine-process.js';

const TAO = 1_000_000_000n;

interface Block {
  number: number;
  hash: string;
  parent: string;
}

interface EventRecord {
  event: { section: string; method: string };
}

/** A fresh local chain as `bittensor-cli localnet start` starts it, a home folder of its own, and two ways to see the chain. */
export class Stage implements AsyncDisposable {
  private constructor(
    readonly home: string,
    readonly engine: Listening,
    /** `@polkadot/api`: what lies in the chain's storage. */
    readonly api: ApiPromise,
    /** Our own client, which what the others say is compared with. */
    readonly ours: ChainClient,
  ) {}

  static async open(): Promise<Stage> {
    const home = mkdtempSync(join(tmpdir(), 'bittensor-conformance-'));
    const engine = await EngineProcess.start(join(home, 'chain'), ['--block-time', '250']);
    const api = await ApiPromise.create({ provider: new WsProvider(engine.url) as never, noInitWarn: true });
    const ours = await connect({ endpoints: [engine.url] });
    return new Stage(home, engine, api, ours);
  }

  /** A value of the chain's newest block as plain data: `stored('SubtensorModule.Tempo', 1)`. */
  stored(path: string, ...keys: unknown[]): Promise<unknown> {
    return this.storedAt(undefined, path, keys);
  }

  private async storedAt(hash: string | undefined, path: string, keys: unknown[]): Promise<unknown> {
    const { query } = hash === undefined ? this.api : await this.api.at(hash);
    const [pallet, item] = path.split('.').map(name => stringCamelCase(name)) as [string, string];
    const entry = query[pallet]?.[item];
    if (!entry) throw new Error(`the chain has no ${path}`);
    return (await entry(...keys)).toPrimitive();
  }

  async freeRao(address: string): Promise<bigint> {
    const account = (await this.stored('System.Account', address)) as { data: { free: number | string } };
    return BigInt(account.data.free);
  }

  /** A hotkey's stake in a subnet, of everybody. */
  async stakeRao(hotkey: string, netuid: number, hash?: string): Promise<bigint> {
    return BigInt(String(await this.storedAt(hash, 'SubtensorModule.TotalHotkeyAlpha', [hotkey, netuid])));
  }

  /** The first block with such an event from now on, made by what is done meanwhile. */
  async blockOf(event: string, change: () => Promise<void>): Promise<Block> {
    const first = (await this.api.rpc.chain.getHeader()).number.toNumber() + 1;
    await change();
    const last = (await this.api.rpc.chain.getHeader()).number.toNumber();
    for (let number = first; number <= last; number++) {
      const hash = (await this.api.rpc.chain.getBlockHash(number)).toHex();
      const records = (await (await this.api.at(hash)).query.system!.events!()) as unknown as EventRecord[];
      if (!records.some(record => `${record.event.section}.${record.event.method}` === event)) continue;
      return { number, hash, parent: (await this.api.rpc.chain.getBlockHash(number - 1)).toHex() };
    }
    throw new Error(`no ${event} in the blocks ${first} to ${last}`);
  }

  async hadEpoch(netuid: number, block: Block): Promise<boolean> {
    return Number(await this.storedAt(block.hash, 'SubtensorModule.LastEpochBlock', [netuid])) === block.number;
  }

  async fund(address: string, tao: number): Promise<void> {
    await this.ours.devFund({ address, amountRao: BigInt(tao) * TAO });
  }

  /** What a client's process sees of the world. */
  environment(extra: Record<string, string> = {}): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', HOME: this.home, ...extra };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ours.close();
    await this.api.disconnect();
    await this.engine[Symbol.asyncDispose]();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The folder of an official client's virtual environment; made, from the package index, when it is not there yet. */
export async function clientFolder(name: string): Promise<string> {
  const script = packagePath('test/conformance/prepare.sh');
  const { stdout } = await promisify(execFile)('bash', [script, name]);
  const folder = stdout.trim().split(' ')[1];
  if (!folder) throw new Error(`prepare.sh says ${JSON.stringify(stdout)}`);
  return folder;
}

/** How often the chain may move under a comparison; an epoch is every 10 s, and a slow client sees two. */
const TRIES = 12;

/**
 * Expects that a client says what is so, on a chain that moves on meanwhile: what was true before it was asked or after.
 * When that differs, what it says may be true of a block between, so it is asked again.
 */
export async function agrees<T>(theirs: () => Promise<T>, truth: () => Promise<T>): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    const before = await truth();
    const said = await theirs();
    const after = await truth();
    if (isDeepStrictEqual(said, before) || isDeepStrictEqual(said, after)) return;
    if (isDeepStrictEqual(before, after)) {
      expect(said).toEqual(after);
      return;
    }
  }
  throw new Error(`the chain did not stand still in ${TRIES} tries`);
}
