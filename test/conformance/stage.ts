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

  /** A value of the chain's newest block: `stored('SubtensorModule.Tempo', 1)`, as plain data. */
  async stored(path: string, ...keys: unknown[]): Promise<unknown> {
    const [pallet, item] = path.split('.').map(name => stringCamelCase(name)) as [string, string];
    const entry = this.api.query[pallet]?.[item];
    if (!entry) throw new Error(`the chain has no ${path}`);
    return (await entry(...keys)).toPrimitive();
  }

  async freeRao(address: string): Promise<bigint> {
    const account = (await this.stored('System.Account', address)) as { data: { free: number | string } };
    return BigInt(account.data.free);
  }

  /** A hotkey's stake in a subnet, of everybody. */
  async stakeRao(hotkey: string, netuid: number): Promise<bigint> {
    return BigInt(String(await this.stored('SubtensorModule.TotalHotkeyAlpha', hotkey, netuid)));
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

/** How often the chain may move under a comparison; an epoch is every 10 s. */
const TRIES = 6;

/** Expects that a client says what is so, on a chain that moves on meanwhile: it counts when the truth was the same before and after. */
export async function agrees<T>(theirs: () => Promise<T>, truth: () => Promise<T>): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    const before = await truth();
    const said = await theirs();
    const after = await truth();
    if (isDeepStrictEqual(before, after)) {
      expect(said).toEqual(before);
      return;
    }
  }
  throw new Error(`the chain did not stand still in ${TRIES} tries`);
}
