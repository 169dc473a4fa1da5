import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packagePath, withDeadline } from '../../src/base/index.js';
import type { NeuronLine, OfficialClient, StakeMove, SubnetLine } from './official-client.js';
import { clientFolder, type Stage } from './stage.js';

const ANSWER_MS = 60_000;
/** Of what the client wrote to stderr, shown when it fails. */
const TAIL = 3000;

/** An official SDK in its own Python process, driven by a script of python/. */
export class SdkClient implements OfficialClient {
  private stderr = '';
  private readonly waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  private readonly exited: Promise<void>;

  private constructor(private readonly child: ChildProcess) {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-TAIL);
    });
    createInterface({ input: child.stdout! }).on('line', line => this.waiting.shift()?.resolve(line));
    this.exited = new Promise(resolve => {
      child.once('close', code => {
        for (const { reject } of this.waiting) reject(new Error(`it ended with ${code}: ${this.stderr}`));
        resolve();
      });
    });
    child.stdin!.on('error', () => {});
  }

  static async start(
    environment: string,
    script: string,
    stage: Pick<Stage, 'home' | 'environment'> & { readonly engine: { readonly url: string } },
  ): Promise<SdkClient> {
    const python = join(await clientFolder(environment), 'bin', 'python');
    const path = packagePath(join('test/conformance/python', script));
    const child = spawn(python, ['-B', path, stage.engine.url], {
      cwd: stage.home,
      env: stage.environment({ BT_LOGGING_LOGGING_DIR: stage.home }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return new SdkClient(child);
  }

  /** One action of the script; rejects with the client's own words. */
  async ask<T>(action: string, args: Record<string, unknown> = {}): Promise<T> {
    const answered = new Promise<string>((resolve, reject) => this.waiting.push({ resolve, reject }));
    if (this.child.exitCode !== null) throw new Error(`it ended with ${this.child.exitCode}: ${this.stderr}`);
    const text = JSON.stringify({ do: action, with: args }, (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    this.child.stdin!.write(`${text}\n`);
    const line = await withDeadline(answered, ANSWER_MS, `${action}: ${this.stderr}`);
    const { value, error } = JSON.parse(line) as { value: T; error?: string };
    if (error !== undefined) throw new Error(`${action}: ${error}\n${this.stderr}`);
    return value;
  }

  createWallet = (name: string) => this.ask<{ coldkey: string; hotkey: string }>('create_wallet', { name });
  balance = async (address: string) => BigInt(await this.ask<string>('balance', { address }));
  transfer = (args: { wallet: string; to: string; amount: bigint }) => this.ask<void>('transfer', args);
  subnets = () => this.ask<SubnetLine[]>('subnets');
  subnet = (netuid: number) => this.ask<{ tempo: number; owner?: string }>('subnet', { netuid });
  hyperparameters = (netuid: number) => this.ask<Record<string, unknown>>('hyperparameters', { netuid });
  createSubnet = (wallet: string) => this.ask<number>('create_subnet', { wallet });
  register = (wallet: string, netuid: number) => this.ask<number>('register', { wallet, netuid });
  serveAxon = (args: { wallet: string; netuid: number; ip: string; port: number }) =>
    this.ask<void>('serve_axon', args);
  addStake = (args: StakeMove) => this.ask<void>('add_stake', { ...args });
  removeStake = (args: StakeMove) => this.ask<void>('remove_stake', { ...args });
  moveStake = (args: { wallet: string; hotkey: string; netuid: number; to: string; amount: bigint }) =>
    this.ask<void>('move_stake', args);
  setWeights = (args: { wallet: string; netuid: number; uids: number[]; weights: number[] }) =>
    this.ask<void>('set_weights', args);
  weights = (netuid: number) => this.ask<Record<string, Record<string, number>>>('weights', { netuid });

  async startCall(wallet: string, netuid: number): Promise<void> {
    const active = await this.ask<boolean>('start_call', { wallet, netuid });
    if (!active) throw new Error(`it does not see that subnet ${netuid} has started`);
  }

  async metagraph(netuid: number): Promise<NeuronLine[]> {
    type Line = NeuronLine & { stake: string; last_update: number };
    const { n, neurons } = await this.ask<{ n: number; neurons: Line[] }>('metagraph', { netuid });
    if (n !== neurons.length) throw new Error(`it says n = ${n} and lists ${neurons.length}`);
    return neurons.map(({ stake, last_update, ...rest }) => ({
      ...rest,
      stake: BigInt(stake),
      lastUpdate: last_update,
    }));
  }

  async stakes({ coldkey }: { coldkey: string }): Promise<{ hotkey: string; netuid: number; stake: bigint }[]> {
    const lines = await this.ask<{ hotkey: string; netuid: number; stake: string }[]>('stakes', { coldkey });
    return lines.map(line => ({ ...line, stake: BigInt(line.stake) }));
  }

  setChildren({ wallet, netuid, share, child }: { wallet: string; netuid: number; share: number; child: string }) {
    return this.ask<void>('set_children', { wallet, netuid, children: [[share, child]] });
  }

  async setTake(wallet: string, take: number): Promise<void> {
    const seen = await this.ask<number>('set_take', { wallet, take });
    if (Math.abs(seen - take) > 1 / 65_535) throw new Error(`it set a take of ${take} and reads ${seen}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.stdin!.end();
    await withDeadline(this.exited, 10_000, 'ending the client').catch(() => this.child.kill('SIGKILL'));
  }
}
