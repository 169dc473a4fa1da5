import { setMaxListeners } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtModule, Closing, packagePath, RAO_PER_TAO } from '../../src/base/index.js';
import { type ChainClient, connect, openLocalChain, startLocalnet } from '../../src/chain/index.js';
import { openWallet, ready, type Signer } from '../../src/wallet/index.js';
import type { Cast, MinerPart } from './cast.js';
import { examOf, writeDataset } from './exam.js';
import { checkpointOf } from './models.js';
import { namespacePlaces } from './namespaces.js';
import { loopbackPlaces, type Place } from './places.js';
import { Program } from './program.js';

export const NETUID = 1;
const WALLET = 'network';
/** A validator's stake; a miner stakes by itself what the shipped program stakes on a local chain. */
const VALIDATOR_STAKE_TAO = 200_000n;
const MINER_STAKE_TAO = 100n;
/** Pays registrations and fees. */
const SPARE_TAO = 100n;
/** A slow machine starts fifteen programs. */
const START_MS = 300_000;
/** Seconds between two questions: a real tempo has an hour, here it has seconds. */
const QUESTION_SECONDS = 0.5;
/** The real networks' rate limit is 100 blocks of their 360. */
const RATE_LIMIT_SHARE = 100 / 360;

export interface NetworkOptions {
  readonly cast: Cast;
  /** Decides digits, first parameters and noise. */
  readonly seed: number;
  /** Everything of this network lies here, and what lay here before is removed. */
  readonly folder: string;
  /** Trained models are kept here. */
  readonly models: string;
  readonly blockTimeMs: number;
  readonly tempo: number;
  /** Blocks whose state is kept; all of them by default, because weights are looked at afterwards. */
  readonly keepBlocks?: number;
  /** Seconds between two questions of a validator. */
  readonly intervalSeconds?: number;
  /** Network namespaces, not loopback. */
  readonly netns?: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Neuron {
  readonly name: string;
  readonly hotkey: Signer;
  readonly place: Place;
  readonly program: Program;
  readonly part?: MinerPart;
}

/** A local chain with its validators and miners, each a process of its own. */
export interface Network extends AsyncDisposable {
  readonly url: string;
  readonly client: ChainClient;
  readonly miners: readonly Neuron[];
  readonly validators: readonly Neuron[];
  readonly chainPid: number | undefined;
  /** All processes, the chain's among them. */
  pids(): number[];
  /** Where a neuron keeps its journal, log and scores. */
  slotFolder(name: string): string;
  startMiners(): Promise<void>;
  startValidators(): Promise<void>;
}

/** A new chain with its keys, registrations, stakes and the subnet's settings; no neuron runs yet. */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const closing = new Closing();
  try {
    return await build(options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function build(given: NetworkOptions, closing: Closing): Promise<Network> {
  // The programs run in a folder of their own.
  const options = { ...given, folder: resolve(given.folder), models: resolve(given.models) };
  const { cast, folder, signal, say } = options;
  await ready();
  // Each program and each request listens to it.
  setMaxListeners(1_000, signal);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const places = options.netns ? await namespacePlaces() : loopbackPlaces();
  closing.add(() => places[Symbol.asyncDispose]());
  const chain = await startLocalnet({
    port: 0,
    host: places.chainHost,
    dataFolder: join(folder, 'chain'),
    blockTime: options.blockTimeMs,
    keepBlocks: options.keepBlocks ?? 'all',
    detached: false,
    signal,
  });
  closing.add(() => chain.stop());
  say(`chain at ${chain.url}, a block every ${options.blockTimeMs} ms, a tempo of ${options.tempo} blocks`);
  const client = await connect({ endpoints: [chain.url], signal });
  closing.add(() => client.close());
  await setUpSubnet(client, options);

  const wallets = join(folder, 'wallets');
  const wallet = openWallet({ name: WALLET, path: wallets });
  const coldkey = await wallet.createColdkey();
  const names = [...cast.validators, ...cast.miners.map(miner => miner.name)];
  const hotkeys = new Map<string, Signer>();
  for (const name of names) hotkeys.set(name, await wallet.createHotkey(name, { endorseWith: coldkey }));
  await joinAll(client, { coldkey, hotkeys, cast, signal });
  say(`${names.length} hotkeys registered and staked`);

  const member = async (name: string, commandOf: (place: Place) => string[]): Promise<Neuron> => {
    let program: Program | undefined;
    const place = await places.make(chain, () => {
      const port = program?.last(/Axon serves at \S+:(\d+)$/gm)?.[1];
      return port === undefined ? undefined : Number(port);
    });
    program = new Program({
      name,
      command: [...place.prefix, process.execPath, ...commandOf(place)],
      env: { PATH: process.env['PATH'] ?? '', HOME: folder },
      cwd: folder,
      logFile: join(folder, `${name}.log`),
      signal,
    });
    return { name, hotkey: hotkeys.get(name)!, place, program };
  };
  const keyFile = (name: string) => wallet.keyFile({ hotkey: name });
  const miners: Neuron[] = [];
  for (const part of cast.miners) {
    const model = part.training && (await checkpointOf(options.models, options.seed, modelName(part), part.training));
    const commandOf = (place: Place) =>
      part.mischief
        ? badMinerCommand(part, keyFile(part.name), place, model)
        : minerCommand(part.name, place, model!, wallets);
    miners.push({ ...(await member(part.name, commandOf)), part });
  }
  const { asked } = examOf(options.seed);
  const questions = writeDataset(join(folder, 'questions'), { training: asked, test: asked });
  const validators: Neuron[] = [];
  for (const name of cast.validators) {
    const interval = options.intervalSeconds ?? QUESTION_SECONDS;
    validators.push(await member(name, place => validatorCommand(name, place, wallets, { questions, interval })));
  }
  const all = [...validators, ...miners];
  closing.add(() => Promise.all(all.map(neuron => neuron.program.stop())));
  return {
    url: chain.url,
    client,
    miners,
    validators,
    chainPid: chain.pid,
    slotFolder: name => join(folder, '.bittensor/node/slots', `${WALLET}.${name}`),
    pids: () => [chain.pid, ...all.map(({ program }) => program.pid)].filter(pid => pid !== undefined),
    startMiners: () => startAll(miners, { what: 'miners', said: /published/, say }),
    startValidators: () => startAll(validators, { what: 'validators', said: /Registered on subnet/, say }),
    [Symbol.asyncDispose]: () => closing.close(),
  };
}

/** As on the real networks, where the local subnet differs: half of the stake must agree, and only validators are heard. */
async function setUpSubnet(client: ChainClient, { cast, tempo, signal }: NetworkOptions): Promise<void> {
  await using local = await openLocalChain(client.endpoint, { signal });
  const from = (await local.accounts())[0]!.address;
  const settings = {
    sudo_set_tempo: { tempo },
    sudo_set_kappa: { kappa: 32_767 },
    sudo_set_max_allowed_validators: { max_allowed_validators: cast.validators.length },
    sudo_set_weights_set_rate_limit: { weights_set_rate_limit: Math.floor(RATE_LIMIT_SHARE * tempo) },
  };
  for (const [name, args] of Object.entries(settings)) {
    const call = `AdminUtils.${name}`;
    const { callHex } = await client.prepare({ call, args: { netuid: NETUID, ...args }, from, signal });
    await local.sudo(callHex, { signal });
  }
}

async function joinAll(
  client: ChainClient,
  members: { coldkey: Signer; hotkeys: ReadonlyMap<string, Signer>; cast: Cast; signal: AbortSignal },
): Promise<void> {
  const { coldkey: signer, hotkeys, cast, signal } = members;
  const stakeOf = (name: string) =>
    (cast.validators.includes(name) ? VALIDATOR_STAKE_TAO : MINER_STAKE_TAO) * RAO_PER_TAO;
  const total = [...hotkeys.keys()].reduce((sum, name) => sum + stakeOf(name), SPARE_TAO * RAO_PER_TAO);
  await client.devFund({ address: signer.address, amountRao: total, signal });
  await Promise.all(
    [...hotkeys].map(async ([name, { address: hotkey }]) => {
      await client.burnedRegister({ netuid: NETUID, hotkey, signer, signal });
      await client.addStake({ netuid: NETUID, hotkey, amountRao: stakeOf(name), signer, signal });
    }),
  );
}

/** Liars twist the answers of the best model there is. */
function modelName({ name, mischief }: MinerPart): string {
  return mischief ? 'good-1' : name;
}

async function startAll(
  neurons: readonly Neuron[],
  { what, said, say }: { what: string; said: RegExp; say: NetworkOptions['say'] },
): Promise<void> {
  for (const { program } of neurons) program.start();
  await Promise.all(neurons.map(({ program }) => program.waitFor(said, START_MS)));
  say(`${neurons.length} ${what} run`);
}

const cli = () => packagePath('dist/src/cli/main.js');

function neuronFlags(name: string, { bind, announced, chainUrl }: Place, wallets: string): Record<string, unknown> {
  return {
    chain_endpoint: chainUrl,
    'wallet.path': wallets,
    'wallet.name': WALLET,
    neuron_key: name,
    'axon.ip': bind.ip,
    'axon.port': bind.port,
    'axon.external_ip': announced.ip,
    'axon.external_port': announced.port,
  };
}

function flagsOf(flags: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`]));
}

/** The shipped program, which serves a model and learns from nobody: so its quality stays what it was measured to be. */
function minerCommand(name: string, place: Place, model: string, wallets: string): string[] {
  const flags = {
    ...neuronFlags(name, place, wallets),
    device: 'wasm',
    model_path: model,
    'server.learn_from_callers': 'off',
  };
  return [cli(), 'run', 'server', ...flagsOf(flags)];
}

function validatorCommand(
  name: string,
  place: Place,
  wallets: string,
  { questions, interval }: { questions: string; interval: number },
): string[] {
  const own = { dataset: questions, 'validator.interval': interval };
  return [cli(), 'run', 'validator', ...flagsOf({ ...neuronFlags(name, place, wallets), ...own })];
}

function badMinerCommand({ mischief }: MinerPart, key: string, place: Place, model: string | undefined): string[] {
  const { bind, announced, chainUrl } = place;
  const flags = {
    mischief,
    key,
    chain: chainUrl,
    model,
    bind: bind.ip,
    port: bind.port,
    external_ip: announced.ip,
    external_port: announced.port,
  };
  const program = fileURLToPath(builtModule(import.meta.url, './bad-miner.js'));
  return [program, ...flagsOf(flags)];
}
