import { parseArgs } from 'node:util';
import { messageOf } from '../../src/base/errors.js';
import { packagePath } from '../../src/base/worker.js';
import { engineError } from './errors.js';
import { mergeJson } from './json.js';
import type { Settings } from './protocol.js';
import { followUrl, forkSettings } from './settings-remote.js';

/**
 * What our own chain is called and where its genesis keeps the slot duration. Data, not logic: with `--spec`, another chain's
 * specification says all of this.
 */
const OWN_CHAIN = {
  name: 'Bittensor Local',
  properties: { ss58Format: 42, tokenDecimals: 9, tokenSymbol: 'TAO' },
  slotDuration: ['subtensorModule', 'slotDuration'],
  preset: 'local_testnet',
  /** The preset leaves these without means: `//Grace`, `//Heidi`, `//Ivan` and `//Judy`. */
  alsoFunded: [
    '5DHoPpbCMgfzBCtbYLPPCVmLHWKJb8TJngYDeF7oEQGL7FxQ',
    '5CJyNnn4QpQgrchusGPKwETtwWQhnb6tSsKBuKA3nhaChEWd',
    '5HQVsCj8yjXgKfXCo69kwUFJLKkq7kCiHJsqMjuihTK1xLHw',
    '5GWYPMd6Axs8VJUkqr53JkJPnbeYm37gwEcGMJP8eh26vr3C',
  ],
  /** What each of them gets: 100,000 TAO. */
  fundedRao: 100_000_000_000_000,
};
/** The shortest old state that clients need: mortal eras and reads at a block they saw a moment ago. */
const KEEP_AT_LEAST = 16;
/** Beyond that, a node gives up waiting for finality. Source: sc-transaction-pool, MAX_FINALITY_WATCHERS. */
const LAG_AT_MOST = 512;

export const USAGE = `usage: main.js --data DIR [--port N] [--host ADDRESS] [--block-time MS|instant|manual] [--linger SECONDS] [--call-limit SECONDS]
  [--attached] [--metrics-port N] [--site NAME=DIR] [--follow URL | --fork URL [--fork-block HASH] [--fork-timeout SECONDS] [--fork-ahead KEYS]] [--prune BLOCKS | --archive] [--finality-lag BLOCKS] [--tx-ban-seconds N] [--deterministic] [--chain RAW.json | [--runtime FILE.wasm] [--preset NAME] [--genesis-patch JSON]] [--name NAME]

  --data           folder of the chain; made when missing
  --port           default 9944; 0 takes any free one
  --host           address to bind; default 127.0.0.1
  --block-time     milliseconds between blocks (default 250), instant (a block per transaction) or manual (dev_newBlock)
  --call-limit     seconds after which a runtime call counts as endless and is stopped, default 30 (600 in a fork, which waits for its source)
  --linger         end that many seconds after the last client has gone; where none has come yet, after a minute
  --attached       end when stdin does: with the process that started this one
  --metrics-port   serve figures for Prometheus at http://HOST:N/metrics; 0 takes any free port
  --site           serve the files of a folder (a built web page) at http://HOST:PORT/NAME/
  --prune          blocks whose state is kept, default 1000; --archive keeps all
  --finality-lag   a block is final when that many blocks follow it, default 0
  --tx-ban-seconds how long the pool refuses what was invalid or dropped; default 0, until the next block
  --deterministic  the same transactions in the same order give the same blocks: no clock, times in fixed steps
  --chain          start from a raw chain specification; --spec is the same
  --follow         take the blocks of the chain at this address (ws://host:port), make none
  --fork           begin with the newest final block of the chain at this address, or with --fork-block (hash or number); its state
                   is fetched as it is read, each try within --fork-timeout (default 5), and kept; --fork-ahead keys (default
                   50000) are fetched before they are read, so that a small chain is soon here as a whole
  --genesis-patch  JSON merged over the runtime's preset; a list under "name+" is added to the one under "name"
`;

/** Reads the command line; anything wrong is a `bad_setting` error that says what. */
export function readSettings(args: readonly string[]): Settings {
  const given = parse(args);
  const dataFolder = given.data;
  if (!dataFolder) throw badSetting('--data DIR is needed');
  if (given.archive && given.prune !== undefined) throw badSetting('--prune and --archive exclude each other');
  if (given.chain && given.spec) throw badSetting('--chain and --spec are the same: give one');
  const specPath = given.chain ?? given.spec;
  if (specPath && (given.runtime || given.preset || given['genesis-patch'])) {
    throw badSetting('--chain and --spec exclude --runtime, --preset and --genesis-patch');
  }
  const blockTime = readBlockTime(given['block-time'] ?? '250');
  return {
    host: given.host ?? '127.0.0.1',
    port: whole('--port', given.port ?? '9944', 0, 65535),
    dataFolder,
    blockTime,
    keepBlocks: given.archive ? undefined : whole('--prune', given.prune ?? '1000', KEEP_AT_LEAST, 2 ** 31),
    finalityLag: whole('--finality-lag', given['finality-lag'] ?? '0', 0, LAG_AT_MOST),
    banSeconds: whole('--tx-ban-seconds', given['tx-ban-seconds'] ?? '0', 0, 86_400),
    deterministic: given.deterministic === true,
    callLimitMs: 1000 * whole('--call-limit', given['call-limit'] ?? (given.fork ? '600' : '30'), 1, 86_400),
    lingerSeconds: given.linger === undefined ? undefined : whole('--linger', given.linger, 0, 2 ** 20),
    attached: given.attached === true,
    metricsPort:
      given['metrics-port'] === undefined ? undefined : whole('--metrics-port', given['metrics-port'], 0, 65535),
    site: siteOf(given.site),
    followUrl: followUrl(given),
    fork: forkSettings(given),
    specPath,
    runtimePath: given.runtime ?? packagePath('localnet/runtime.wasm'),
    preset: given.preset ?? OWN_CHAIN.preset,
    genesisPatch: genesisPatch(given['genesis-patch'] ?? '{}'),
    genesisDefaults: genesisDefaults(given.runtime, blockTime),
    chainName: given.name ?? OWN_CHAIN.name,
    properties: OWN_CHAIN.properties,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: text,
        port: text,
        host: text,
        'block-time': text,
        'call-limit': text,
        linger: text,
        'metrics-port': text,
        site: text,
        attached: { type: 'boolean' },
        prune: text,
        archive: { type: 'boolean' },
        'finality-lag': text,
        'tx-ban-seconds': text,
        deterministic: { type: 'boolean' },
        chain: text,
        follow: text,
        fork: text,
        'fork-block': text,
        'fork-timeout': text,
        'fork-ahead': text,
        spec: text,
        runtime: text,
        preset: text,
        'genesis-patch': text,
        name: text,
      },
    }).values;
  } catch (error) {
    throw badSetting(messageOf(error));
  }
}

function siteOf(text: string | undefined): Settings['site'] {
  if (text === undefined) return undefined;
  const [, name, folder] = /^([a-z][a-z0-9-]{0,30})=(.+)$/s.exec(text) ?? [];
  if (name === undefined || folder === undefined) {
    throw badSetting(`--site has to be a name in small letters, = and a folder, not ${text.slice(0, 80)}`);
  }
  return { path: `/${name}/`, folder };
}

function genesisPatch(text: string): string {
  try {
    return mergeJson('{}', text);
  } catch (error) {
    throw badSetting(`--genesis-patch is not JSON: ${messageOf(error)}`);
  }
}

/** Ten accounts have means; clients of our own runtime read the block time from the state. */
function genesisDefaults(runtime: string | undefined, blockTime: Settings['blockTime']): string {
  if (runtime !== undefined) return '{}';
  const funded = OWN_CHAIN.alsoFunded.map(address => [address, OWN_CHAIN.fundedRao]);
  const balances = JSON.stringify({ balances: { 'balances+': funded } });
  if (typeof blockTime !== 'number') return balances;
  const slot = OWN_CHAIN.slotDuration.reduceRight<unknown>((inner, key) => ({ [key]: inner }), blockTime);
  return mergeJson(balances, JSON.stringify(slot));
}

function readBlockTime(text: string): Settings['blockTime'] {
  return text === 'instant' || text === 'manual' ? text : whole('--block-time', text, 10, 86_400_000);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw badSetting(`${name} has to be a whole number from ${least} to ${most}, not ${text.slice(0, 80)}`);
}

function badSetting(message: string) {
  return engineError('bad_setting', message);
}
