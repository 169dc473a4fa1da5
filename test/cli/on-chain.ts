import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { Ajv } from 'ajv';
import { pollUntil } from '../../src/base/index.js';
import { type ChainClient, connect, type Localnet, openLocalChain, startLocalnet } from '../../src/chain/index.js';
import { locate } from '../../src/cli/catalogue.js';
import { main } from '../../src/cli/cli.js';
import { failureSchema } from '../../src/cli/frame/schema.js';
import { type Keypair, keypairFromUri, openWallet, ready } from '../../src/wallet/index.js';

export const TAO = 1_000_000_000n;

/** What a command line did. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The one JSON document on stdout. */
  readonly json: Record<string, unknown>;
}

export interface RunOptions {
  /** What a person types at a terminal; without it there is no terminal. */
  readonly typed?: string;
  readonly signal?: AbortSignal;
  /** Ctrl-C as soon as it has said something: for what runs until then. */
  readonly untilResult?: boolean;
  /** How wide the terminal is to which the result goes; without it, it goes to a file. */
  readonly columns?: number;
  /** Beside those of the chain and the wallets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The command line in this process, on a local chain of its own, with wallets in a temporary folder. */
export class CliOnChain implements AsyncDisposable {
  private constructor(
    readonly net: Localnet,
    readonly client: ChainClient,
    readonly folder: string,
  ) {}

  static async start(blockTime: number | 'instant' | 'manual' = 'instant'): Promise<CliOnChain> {
    await ready();
    const folder = mkdtempSync(join(tmpdir(), 'bittensor-cli-'));
    const dataFolder = join(folder, 'chain');
    const net = await startLocalnet({ port: 0, dataFolder, blockTime, detached: false });
    return new CliOnChain(net, await connect({ endpoints: [net.url] }), folder);
  }

  /** A wallet without a password: a coldkey with so much TAO, and a hotkey `default`. */
  async wallet(name: string, tao = 1_000n): Promise<{ coldkey: Keypair; hotkey: Keypair }> {
    const wallet = openWallet({ name, path: this.wallets });
    const coldkey = await wallet.createColdkey({ keypair: keypairFromUri(`//CliTest//${name}`) });
    const hotkey = await wallet.createHotkey('default', { keypair: keypairFromUri(`//CliTest//${name}//hot`) });
    if (tao > 0n) await this.client.devFund({ address: coldkey.address, amountRao: tao * TAO });
    return { coldkey, hotkey };
  }

  get wallets(): string {
    return join(this.folder, 'wallets');
  }

  /** Until a transaction is in the pool. */
  async waitForPool(): Promise<void> {
    await pollUntil('a transaction in the pool', { withinMs: 30_000, everyMs: 20 }, async () =>
      ((await this.ask('dev_status')) as { ready: number }).ready > 0 ? true : undefined,
    );
  }

  async mine(blocks: number): Promise<void> {
    await this.ask('dev_newBlock', [blocks]);
  }

  /** Runs a command line of this chain and these wallets. */
  run(line: string, options: RunOptions = {}): Promise<Ran> {
    const env = { BT_WALLET_PATH: this.wallets, BT_SUBTENSOR_CHAIN_ENDPOINT: this.net.url };
    return run(split(line), { ...env, ...options.env }, options);
  }

  /** The JSON document of a command that must end with this exit code; it is checked against its schema. */
  async json(line: string, code = 0): Promise<Record<string, unknown>> {
    const ran = await this.run(`${line} --json`);
    if (ran.code !== code) throw new Error(`${line} ended with ${ran.code}:\n${ran.out}\n${ran.err}`);
    checkSchema(line, ran.json, code === 0);
    return ran.json;
  }

  async ask(method: string, params: unknown[] = []): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.net.url.replace('ws:', 'http:'), { method: 'POST', headers, body });
    const { result, error } = (await answer.json()) as { result?: unknown; error?: unknown };
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.net.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** From now on weights of this subnet are committed first and revealed later. */
export async function hideWeights({ client, net }: CliOnChain, netuid: number): Promise<void> {
  const call = 'AdminUtils.sudo_set_commit_reveal_weights_enabled';
  const from = keypairFromUri('//Alice').address;
  const { callHex } = await client.prepare({ call, args: { netuid, enabled: true }, from });
  await using local = await openLocalChain(net.url);
  await local.sudo(callHex);
}

/** The document is as the command's declaration says. */
function checkSchema(line: string, document: unknown, isSuccess: boolean): void {
  const { spec } = locate(split(line));
  if (!spec) throw new Error(`no command in ${line}`);
  const check = ajv.compile(isSuccess ? spec.output : failureSchema);
  if (!check(document)) throw new Error(`${line}: ${ajv.errorsText(check.errors)}\n${JSON.stringify(document)}`);
}

const ajv = new Ajv({ strict: false });

/** Words, with quotes as a shell has them. */
function split(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
}

/** Runs a command line in this process. */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  { typed, signal, columns, untilResult }: RunOptions = {},
): Promise<Ran> {
  const io = terminal(env, typed);
  if (columns !== undefined) Object.assign(io.stdout, { isTTY: true, columns });
  const stop = new AbortController();
  if (untilResult) {
    const write = io.stdout.write.bind(io.stdout) as (part: unknown) => boolean;
    io.stdout.write = (part: unknown) => {
      stop.abort();
      return write(part);
    };
  }
  const code = await main(argv, { ...io, signal: signal ?? stop.signal });
  io.stdin.destroy();
  const out = io.stdout.text;
  return {
    code,
    out,
    err: io.stderr.text,
    get json() {
      return JSON.parse(out) as Record<string, unknown>;
    },
  };
}

/** A terminal at which this was typed; without it, no terminal. */
export function terminal(env: Readonly<Record<string, string>>, typed: string | undefined) {
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  if (typed === undefined) stdin.end();
  else stdin.write(typed);
  return { stdin, stdout: new Text(), stderr: new Text(typed !== undefined), env };
}

class Text extends Writable {
  text = '';

  constructor(readonly isTTY = false) {
    super();
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}
