import { engineError } from './errors.js';
import type { Settings } from './protocol.js';

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** What a leader decides for its followers, and what a fork takes from its source. */
const NOT_OF_A_FOLLOWER = [
  'spec',
  'chain',
  'runtime',
  'preset',
  'genesis-patch',
  'name',
  'finality-lag',
  'block-time',
  'fork',
];
const NOT_OF_A_FORK = ['spec', 'chain', 'runtime', 'preset', 'genesis-patch'];
const FORK_TIMEOUT_SECONDS = 5;
const FORK_AHEAD = 50_000;

export function followUrl(given: Given): string | undefined {
  const { follow } = given;
  if (typeof follow !== 'string') return undefined;
  exclude('--follow', given, NOT_OF_A_FOLLOWER);
  return webSocketUrl('--follow', follow);
}

export function forkSettings(given: Given): Settings['fork'] {
  const { fork, 'fork-block': block, 'fork-timeout': timeout, 'fork-ahead': ahead } = given;
  if (typeof fork !== 'string') {
    const alone = ['fork-block', 'fork-timeout', 'fork-ahead'].find(name => given[name] !== undefined);
    if (alone) throw badSetting(`--${alone} needs --fork`);
    return undefined;
  }
  exclude('--fork', given, NOT_OF_A_FORK);
  if (block !== undefined && !/^(0x[0-9a-fA-F]{64}|\d{1,10})$/.test(String(block))) {
    throw badSetting(`--fork-block has to be the hash or the number of a block, not ${String(block).slice(0, 80)}`);
  }
  const seconds = timeout === undefined ? FORK_TIMEOUT_SECONDS : Number(timeout);
  if (!(seconds >= 0.1 && seconds <= 600)) throw badSetting('--fork-timeout has to be seconds from 0.1 to 600');
  return {
    url: webSocketUrl('--fork', fork),
    block: typeof block === 'string' ? block.toLowerCase() : undefined,
    deadlineMs: 1000 * seconds,
    ahead: keysAhead(ahead ?? FORK_AHEAD),
  };
}

function keysAhead(given: string | number | boolean): number {
  const keys = /^\d{1,9}$/.test(String(given)) ? Number(given) : Number.NaN;
  if (keys >= 0) return keys;
  throw badSetting(`--fork-ahead has to be a number of keys, not ${String(given).slice(0, 80)}`);
}

function exclude(name: string, given: Given, others: readonly string[]): void {
  const other = others.find(option => given[option] !== undefined);
  if (other) throw badSetting(`${name} excludes --${other}`);
}

function webSocketUrl(name: string, text: string): string {
  const url = text.replace(/^http(s?):/i, 'ws$1:');
  if (URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol)) return url;
  throw badSetting(`${name} has to be an address like ws://127.0.0.1:9944, not ${text.slice(0, 80)}`);
}

function badSetting(message: string) {
  return engineError('bad_setting', message);
}
