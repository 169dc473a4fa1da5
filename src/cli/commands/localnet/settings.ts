import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  BittensorError,
  homeFolder,
  integer,
  onOff,
  port,
  real,
  type SettingTable,
  type SettingValues,
  text,
} from '../../../base/index.js';
import type { LocalnetOptions } from '../../../chain/index.js';

const data = text<string | undefined>({
  argument: 'folder',
  about: 'folder of the chain',
  default: undefined,
  defaultAbout: '~/.bittensor/node/chain-PORT; with port 0 one that is removed when the chain is stopped',
  env: 'BT_LOCALNET_DATA',
});

const portOf = (standard: number) =>
  port({ about: 'port of the chain; 0 takes any free one', default: standard, env: 'BT_LOCALNET_PORT' });

const host = text<string>({
  argument: 'address',
  about: 'address to bind; whoever reaches it can spend the development accounts',
  default: '127.0.0.1',
  env: 'BT_LOCALNET_HOST',
});

const prune = integer<number | undefined>({
  argument: 'blocks',
  about: 'blocks whose state is kept',
  default: undefined,
  defaultAbout: '1000',
  min: 16,
  max: 2 ** 31,
  env: 'BT_LOCALNET_PRUNE',
});

const archive = onOff({ about: 'keep the state of every block', default: false, env: 'BT_LOCALNET_ARCHIVE' });

const detach = { ...onOff({ about: 'go on in the background', default: false }), flagOnly: true } as const;

/** Settings of `localnet start`. */
export const startSettings = {
  port: portOf(9944),
  host,
  data,
  block_time: {
    ...text<string>({
      argument: 'ms|instant|manual',
      about: 'when blocks are made',
      default: '250',
      env: 'BT_LOCALNET_BLOCK_TIME',
    }),
    parse: (value: string) => {
      if (
        value !== 'instant' &&
        value !== 'manual' &&
        !(/^\d+$/.test(value) && Number(value) >= 10 && Number(value) <= 3_600_000)
      ) {
        throw new RangeError('must be milliseconds from 10 to 3600000, instant, or manual');
      }
      return value;
    },
  },
  chain: text<string | undefined>({
    argument: 'file',
    about: 'start any raw chain specification, or what `localnet dump` wrote',
    default: undefined,
    defaultAbout: 'the Bittensor chain of this package',
    env: 'BT_LOCALNET_CHAIN',
  }),
  metrics_port: port<number | undefined>({
    about: "port of /metrics (Prometheus) and /health; 0: a free one, which the chain's log names",
    default: undefined,
    defaultAbout: 'none',
    env: 'BT_LOCALNET_METRICS_PORT',
  }),
  finality_lag: integer<number>({
    argument: 'blocks',
    about: 'a block is final when that many follow it',
    default: 0,
    min: 0,
    max: 512,
    env: 'BT_LOCALNET_FINALITY_LAG',
  }),
  deterministic: onOff({
    about: 'no clock and no chance: the same transactions give the same block hashes',
    default: false,
    env: 'BT_LOCALNET_DETERMINISTIC',
  }),
  fork: text<string | undefined>({
    argument: 'url',
    about: 'go on from the state of a live chain, which is fetched when it is needed',
    default: undefined,
    defaultAbout: 'none',
    env: 'BT_LOCALNET_FORK',
  }),
  fork_block: text<string | undefined>({
    argument: 'hash|number',
    about: 'the block to fork at',
    default: undefined,
    defaultAbout: 'the newest final one',
    env: 'BT_LOCALNET_FORK_BLOCK',
  }),
  prune,
  archive,
  detach,
} satisfies SettingTable;

/** Settings of `localnet follow`: beside the chain that it follows, it needs a port of its own. */
export const followSettings = { port: portOf(9945), host, data, prune, archive, detach } satisfies SettingTable;

/** Where the other verbs find the chain. */
export const targetSettings = {
  port: port({ about: 'port of the chain on this machine', default: 9944, env: 'BT_LOCALNET_PORT' }),
  url: text<string | undefined>({
    argument: 'url',
    about: 'address of the chain, instead of the port',
    default: undefined,
    defaultAbout: 'ws://127.0.0.1:PORT',
    env: 'BT_LOCALNET_URL',
  }),
} satisfies SettingTable;

export const stopSettings = { ...targetSettings, data } satisfies SettingTable;

/** Settings of `localnet revert`. */
export const revertSettings = {
  ...targetSettings,
  block: {
    ...integer<number | undefined>({
      argument: 'number',
      about: 'go back to this block instead',
      default: undefined,
      min: 0,
      max: 2 ** 32 - 1,
    }),
    flagOnly: true,
  },
} satisfies SettingTable;

/** Settings of `localnet dump`. */
export const dumpSettings = {
  ...targetSettings,
  at: {
    ...text<string | undefined>({
      argument: 'hash',
      about: 'the state of this block',
      default: undefined,
      defaultAbout: 'the newest',
    }),
    flagOnly: true,
  },
  force: { ...onOff({ about: 'overwrite the file', default: false }), flagOnly: true },
} satisfies SettingTable;

/** Settings of `localnet call`. */
export const callSettings = {
  ...targetSettings,
  as: {
    ...text<string>({ argument: 'address', about: 'account in whose name the call is made, or root', default: 'root' }),
    flagOnly: true,
  },
} satisfies SettingTable;

const MOST_MS = 3_600_000;

/** Settings of `localnet faults`. */
export const faultSettings = {
  ...targetSettings,
  drop: {
    ...real<number | undefined>({ about: 'part of the answers that never come', default: undefined, min: 0, max: 1 }),
    flagOnly: true,
  },
  delay_ms: {
    ...integer<number | undefined>({ about: 'answers come that much later', default: undefined, min: 0, max: 60_000 }),
    flagOnly: true,
  },
  cut_after_ms: {
    ...integer<number | undefined>({
      about: 'each websocket ends that long after it began',
      default: undefined,
      min: 1,
      max: MOST_MS,
    }),
    flagOnly: true,
  },
  refuse: { ...onOff({ about: 'no new connections', default: false }), flagOnly: true },
  cut: { ...onOff({ about: 'every websocket ends now, once', default: false }), flagOnly: true },
  none: { ...onOff({ about: 'end all faults', default: false }), flagOnly: true },
} satisfies SettingTable;

/** Which chain a verb is about. */
export type Target = Pick<SettingValues<typeof targetSettings>, 'port' | 'url'>;

/** The folder for a port. Of port 0 nobody knows which one it will be: it gets a folder that no other start has. */
export function folderOf({ port, data }: { port: number; data: string | undefined }): string {
  const name = port === 0 ? `chain-any-${randomBytes(4).toString('hex')}` : `chain-${port}`;
  return data ?? join(homeFolder(), '.bittensor', 'node', name);
}

export function urlOf({ port, url }: Target): string {
  if (url === undefined) return `ws://127.0.0.1:${port}`;
  if (URL.canParse(url) && /^(wss?|https?):$/.test(new URL(url).protocol)) return url.replace(/^http/, 'ws');
  throw new BittensorError('bad_setting', `--url must be an address like ws://127.0.0.1:9944, not ${url.slice(0, 80)}`);
}

/** What `startLocalnet` takes of the settings of `localnet start`. */
export function startOptions(values: SettingValues<typeof startSettings>): Omit<LocalnetOptions, 'dataFolder'> {
  if (values.prune !== undefined && values.archive) {
    throw new BittensorError('bad_setting', '--prune and --archive exclude each other');
  }
  if (values.fork_block !== undefined && values.fork === undefined) {
    throw new BittensorError('bad_setting', '--fork_block needs --fork: the chain that has the block');
  }
  if (values.fork !== undefined && values.chain !== undefined) {
    throw new BittensorError('bad_setting', '--fork and --chain exclude each other: a fork has the chain it forks');
  }
  const { port, host, block_time: time } = values;
  return {
    port,
    host,
    blockTime: time === 'instant' || time === 'manual' ? time : Number(time),
    finalityLag: values.finality_lag,
    metricsPort: values.metrics_port,
    deterministic: values.deterministic,
    ...keepOptions(values),
    ...(values.chain === undefined ? {} : { chainSpec: values.chain }),
    ...(values.fork === undefined ? {} : { fork: { url: values.fork, block: values.fork_block } }),
  };
}

export function keepOptions({ prune, archive }: { prune: number | undefined; archive: boolean }) {
  if (archive) return { keepBlocks: 'all' } as const;
  return prune === undefined ? {} : { keepBlocks: prune };
}
