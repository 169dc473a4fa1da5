import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { findConstant } from '../metadata/api.js';
import { checkAddress } from '../transactions/actions.js';
import { type ReadOptions, readMany } from './reads.js';

/** What an account has, in rao. */
export interface AccountBalance {
  /** All that is not reserved, frozen parts included. */
  readonly freeRao: bigint;
  readonly reservedRao: bigint;
  readonly frozenRao: bigint;
  /** What it may send and go on existing; a fee comes out of it, too. */
  readonly transferableRao: bigint;
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
  return { freeRao, reservedRao, frozenRao, transferableRao: freeRao > kept ? freeRao - kept : 0n };
}

/** The least that an account can hold. */
export function existentialDeposit({ chain }: Connection<Chain>): bigint {
  return BigInt(findConstant(chain.api, 'Balances.ExistentialDeposit')?.toString() ?? 0);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
