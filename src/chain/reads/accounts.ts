import { decodeAddress } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { findConstant } from '../metadata/api.js';
import { checkAddress } from '../transactions/actions.js';
import { accountNonce } from '../transactions/outcome.js';
import { type ReadOptions, readMany } from './reads.js';

/** What an account has, in rao. */
export interface AccountBalance {
  /** All that is not reserved, frozen parts included. */
  readonly freeRao: bigint;
  readonly reservedRao: bigint;
  readonly frozenRao: bigint;
  /** What it may send and go on existing; a fee comes out of it, too. */
  readonly transferableRao: bigint;
  /** False for an account that the chain does not keep: nothing that it signs is taken, also where no fee is due. */
  readonly exists: boolean;
}

export async function readBalance(
  connection: Connection<Chain>,
  address: string,
  options?: ReadOptions,
): Promise<AccountBalance> {
  const [account] = await readMany(connection, [['System.Account', checkAddress(address)]], options);
  const data = (account as { data: Readonly<Record<string, unknown>> }).data;
  const amount = (name: string) => BigInt(String(data[name] ?? 0));
  const [freeRao, reservedRao] = [amount('free'), amount('reserved')];
  // Older chains froze for fees and for all else apart.
  const frozenRao = [amount('frozen'), amount('miscFrozen'), amount('feeFrozen')].reduce(larger);
  const bound = frozenRao > reservedRao ? frozenRao - reservedRao : 0n;
  const kept = larger(bound, existentialDeposit(connection));
  const { providers, sufficients } = account as { providers?: unknown; sufficients?: unknown };
  // Older chains count neither.
  const exists = providers === undefined || Number(providers) + Number(sufficients ?? 0) > 0;
  return { freeRao, reservedRao, frozenRao, transferableRao: freeRao > kept ? freeRao - kept : 0n, exists };
}

/** Transactions of an account that wait in the pool of the node that answers. */
export async function readWaiting(
  connection: Connection<Chain>,
  address: string,
  options: ReadOptions = {},
): Promise<number> {
  const { signal, timeoutMs } = options;
  const limits = { ...(signal ? { signal } : {}), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  // In this order: one that is included meanwhile is counted less, not more.
  const next = Number(await connection.call('system_accountNextIndex', [checkAddress(address)], limits));
  const nonce = await accountNonce(connection, decodeAddress(address), options);
  return Math.max(0, next - nonce);
}

/** The least that can be staked at once; undefined where the chain does not tell. */
export function leastStake({ chain }: Connection<Chain>): bigint | undefined {
  const least = findConstant(chain.api, 'SubtensorModule.MinStake')?.toString();
  return least === undefined ? undefined : BigInt(least);
}

/** Whether this is the local chain's own runtime, of which it is known what it refuses. A fork runs another. */
export function isOwnRuntime({ chain }: Connection<Chain>): boolean {
  return chain.api.runtimeVersion.implName.toString() === 'bittensor-localnet';
}

/** The least that an account can hold. */
export function existentialDeposit({ chain }: Connection<Chain>): bigint {
  return BigInt(findConstant(chain.api, 'Balances.ExistentialDeposit')?.toString() ?? 0);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
