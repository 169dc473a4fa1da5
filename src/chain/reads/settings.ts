import { formatTao } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { chainError } from '../errors.js';
import { findApiMethod, runtimeOf } from '../metadata/api.js';
import { askRuntime } from '../metadata/runtime.js';
import type { Choice } from '../metadata/scale/values.js';
import { readValues } from '../metadata/values.js';
import { chainText } from '../transactions/show-text.js';
import type { ReadOptions } from './reads.js';

/** One of a subnet's hyperparameters, by upstream's name: `immunity_period`. */
export interface Setting {
  readonly name: string;
  /** Amounts in rao. */
  readonly value: boolean | number | bigint;
  /** For people: amounts in TAO, shares of 65535 with their part of one. */
  readonly text: string;
}

const API = 'SubnetInfoRuntimeApi.get_subnet_hyperparams';

/** All of a subnet's hyperparameters that the chain tells, in its order; undefined where there is no such subnet. */
export async function readSettings(
  connection: Connection<Chain>,
  netuid: number,
  options?: ReadOptions,
): Promise<Setting[] | undefined> {
  const { api } = connection.chain;
  const path = [`${API}_v3`, `${API}_v2`, API].find(name => findApiMethod(api, name));
  if (path === undefined) return readFromStorage(connection, netuid, options);
  const answer = await askRuntime(connection, path, [netuid], options);
  if (answer === undefined) return undefined;
  if (Array.isArray(answer)) return answer.map(entry => namedEntry(entry as { name: unknown; value: Choice }));
  if (typeof answer === 'object' && answer !== null && !(answer instanceof Uint8Array)) {
    return Object.entries(answer).map(([name, value]) => setting(name, value));
  }
  // Old chains answer bytes that say nothing of themselves.
  return readFromStorage(connection, netuid, options);
}

/** Of the newest API: the value's variant says what it is. */
function namedEntry({ name, value }: { name: unknown; value: Choice }): Setting {
  const text = chainText(name) ?? '';
  if (value.name === 'I32F32') return setting(text, Number(value.value) / 2 ** 32);
  if (value.name === 'U64F64') return setting(text, Number(value.value) / 2 ** 64);
  return setting(text, value.value);
}

const AMOUNTS = /^(min_burn|max_burn|burn)$/;
const SHARES = /^(kappa|alpha_high|alpha_low|max_weights_limit|bonds_penalty|min_childkey_take)$/;

function setting(name: string, raw: unknown): Setting {
  const value = plain(raw);
  // The older API gives the steepness as a number of 32 and 32 bits.
  if (name === 'alpha_sigmoid_steepness' && typeof value === 'bigint') {
    const steepness = Number(value) / 2 ** 32;
    return { name, value: steepness, text: String(steepness) };
  }
  return { name, value, text: describe(name, value) };
}

function plain(value: unknown): boolean | number | bigint {
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint' ? value : Number(value);
}

function describe(name: string, value: boolean | number | bigint): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (AMOUNTS.test(name)) return formatTao(BigInt(value));
  if (SHARES.test(name)) return `${value} (${(Number(value) / 65_535).toFixed(4)})`;
  return String(value);
}

/** Names of upstream's hyperparameters and where the chain keeps them. */
const STORAGE: readonly (readonly [name: string, item: string])[] = [
  ['rho', 'Rho'],
  ['kappa', 'Kappa'],
  ['immunity_period', 'ImmunityPeriod'],
  ['min_allowed_weights', 'MinAllowedWeights'],
  ['max_weights_limit', 'MaxWeightsLimit'],
  ['tempo', 'Tempo'],
  ['min_difficulty', 'MinDifficulty'],
  ['max_difficulty', 'MaxDifficulty'],
  ['difficulty', 'Difficulty'],
  ['weights_version', 'WeightsVersionKey'],
  ['weights_rate_limit', 'WeightsSetRateLimit'],
  ['adjustment_interval', 'AdjustmentInterval'],
  ['adjustment_alpha', 'AdjustmentAlpha'],
  ['activity_cutoff', 'ActivityCutoff'],
  ['registration_allowed', 'NetworkRegistrationAllowed'],
  ['target_regs_per_interval', 'TargetRegistrationsPerInterval'],
  ['min_burn', 'MinBurn'],
  ['max_burn', 'MaxBurn'],
  ['bonds_moving_avg', 'BondsMovingAverage'],
  ['max_regs_per_block', 'MaxRegistrationsPerBlock'],
  ['serving_rate_limit', 'ServingRateLimit'],
  ['max_validators', 'MaxAllowedValidators'],
  ['commit_reveal_period', 'RevealPeriodEpochs'],
  ['commit_reveal_weights_enabled', 'CommitRevealWeightsEnabled'],
  ['liquid_alpha_enabled', 'LiquidAlphaOn'],
];

async function readFromStorage(
  connection: Connection<Chain>,
  netuid: number,
  options?: ReadOptions,
): Promise<Setting[] | undefined> {
  const keys = STORAGE.map(([, item]) => [`SubtensorModule.${item}`, netuid] as const);
  const [exists, ...values] = await readValues(
    connection,
    [['SubtensorModule.NetworksAdded', netuid], ...keys],
    options,
  );
  if (exists === false) return undefined;
  const known = STORAGE.flatMap(([name], i) => (values[i] === undefined ? [] : [setting(name, values[i])]));
  if (known.length > 0) return known;
  throw chainError('unsupported', `${runtimeOf(connection.chain.api)} does not tell the settings of subnets`);
}
