import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../../src/base/index.js';
import {
  type ChainClient,
  connect,
  type LocalChain,
  type Localnet,
  openLocalChain,
  startLocalnet,
} from '../../../src/chain/index.js';
import type { Axon } from '../../../src/net/index.js';
import { type ValidatorSettings, validatorSettings } from '../../../src/neuron/options.js';
import { runNeuron } from '../../../src/neuron/run.js';
import { ready } from '../../../src/wallet/index.js';
import { temporaryFolder } from '../../chain/helpers.js';
import { answeringMiner } from '../../helpers/answering-miner.js';

const NETUID = 1;

let folder: ReturnType<typeof temporaryFolder>;
let net: Localnet;
let local: LocalChain;
let client: ChainClient;
let axons: Axon[];
let lines: string[];

beforeEach(async () => {
  await ready();
  folder = temporaryFolder();
  axons = [];
  lines = [];
  net = await startLocalnet({ port: 0, dataFolder: `${folder.path}/chain`, blockTime: 100, detached: false });
  local = await openLocalChain(net.url);
  client = await connect({ endpoints: [net.url] });
}, 120_000);

afterEach(async () => {
  for (const axon of axons) await axon.stop();
  await client?.close();
  await local?.close();
  await net?.stop();
  folder?.[Symbol.dispose]();
});

/** A member of the subnet that answers digits as often right as its accuracy says, or refuses the caller. */
async function mine(accuracy: number, answers?: (caller: string) => boolean): Promise<number> {
  const { axon, uid } = await answeringMiner(client, NETUID, accuracy, answers);
  axons.push(axon);
  return uid;
}

/** Runs the shipped validator until it has said this line so often; gives what it was called. */
async function validate(until: string, change: Partial<ValidatorSettings> = {}): Promise<string> {
  const defaults = Object.fromEntries(Object.entries(validatorSettings).map(([key, row]) => [key, row.default]));
  const values = {
    ...defaults,
    chain_endpoint: net.url,
    data: `${folder.path}/node`,
    wallet_path: `${folder.path}/wallets`,
    neuron_key: 'judge',
    validator_interval: 0.05,
    ...change,
  } as unknown as ValidatorSettings;
  const stop = new AbortController();
  const log = (): Log & { flush(): Promise<void> } => {
    const say = (line: string) => {
      lines.push(line);
      if (line.includes(until)) stop.abort();
    };
    const all: Log = { ...silentLog, info: say, warn: say, error: say, child: () => all };
    return { ...all, flush: async () => {} };
  };
  let hotkey = '';
  const sources = Object.fromEntries(Object.keys(values).map(key => [key, 'flag']));
  await runNeuron(
    { role: 'validator', settings: { values, sources: sources as never } },
    {
      signal: stop.signal,
      openLog: log,
      progress: () => {},
      onDone: summary => {
        hotkey = summary.hotkey;
      },
    },
  );
  return hotkey;
}

describe('a validator on a local chain', () => {
  it('ranks who answers over the wire, finds out who answers only validators, and goes on after a restart', async () => {
    const [good, fair, noise] = [await mine(0.95), await mine(0.6), await mine(0.1)];
    // The validator has a stake; who asks in disguise has none.
    const cheat = await mine(0.95, caller => {
      const judge = validator();
      return judge !== undefined && caller === judge;
    });
    let known: string | undefined;
    const watching = client.onMetagraph(NETUID, metagraph => {
      known = metagraph.neurons.find(neuron => neuron.stakeRao > 0n)?.hotkeyHex ?? known;
    });
    const validator = () => known;

    const hotkey = await validate('set_weights included', { validator_disguise: 'anybody' });
    const uid = (await client.uidOf(NETUID, hotkey))!;
    const weights = new Map((await client.weights(NETUID)).get(uid));
    expect(weights.get(good)).toBe(65_535);
    expect(weights.get(fair)).toBeGreaterThan(0);
    expect(weights.get(fair)).toBeLessThan(60_000);
    expect(weights.get(noise) ?? 0).toBeLessThan(1_000);
    expect(weights.get(cheat) ?? 0).toBe(0);

    lines.length = 0;
    // With each epoch it tells what everybody is worth.
    expect(await validate('reliability', { validator_disguise: 'anybody' })).toBe(hotkey);
    expect(lines.some(line => line.startsWith('Going on with the scores in'))).toBe(true);
    expect(lines.find(line => line.includes('reliability'))).toMatch(/uid\s+quality\s+reliability\s+score\s+weight/);
    watching();
  }, 240_000);
});
