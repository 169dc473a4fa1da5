import { isBittensorError } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { askRuntimeIfAny } from '../metadata/runtime.js';
import type { ReadOptions } from './reads.js';

/** What a trade between TAO and a subnet's alpha would come to now, in rao of each. */
export interface Quote {
  readonly taoRao: bigint;
  readonly alphaRao: bigint;
  /** Taken by the pool, in the token that is given. */
  readonly feeRao: bigint;
}

/** What so much TAO would buy; undefined where the chain does not tell. */
export async function quoteStake(
  connection: Connection<Chain>,
  netuid: number,
  taoRao: bigint,
  options?: ReadOptions,
): Promise<Quote | undefined> {
  const path = 'SwapRuntimeApi.sim_swap_tao_for_alpha';
  const answer = await ask(connection, path, [netuid, taoRao], options);
  const alphaRao = rao(answer, 'alpha_amount');
  return alphaRao === undefined ? undefined : { taoRao, alphaRao, feeRao: rao(answer, 'tao_fee') ?? 0n };
}

/** What so much alpha would bring; undefined where the chain does not tell. */
export async function quoteUnstake(
  connection: Connection<Chain>,
  netuid: number,
  alphaRao: bigint,
  options?: ReadOptions,
): Promise<Quote | undefined> {
  const path = 'SwapRuntimeApi.sim_swap_alpha_for_tao';
  const answer = await ask(connection, path, [netuid, alphaRao], options);
  const taoRao = rao(answer, 'tao_amount');
  return taoRao === undefined ? undefined : { taoRao, alphaRao, feeRao: rao(answer, 'alpha_fee') ?? 0n };
}

/** Rao of TAO for one alpha; undefined where the chain does not tell. */
export async function readPrice(
  connection: Connection<Chain>,
  netuid: number,
  options?: ReadOptions,
): Promise<bigint | undefined> {
  const answer = await askRuntimeIfAny(connection, 'SwapRuntimeApi.current_alpha_price', [netuid], options);
  return typeof answer === 'bigint' ? answer : undefined;
}

/** A pool that cannot serve the amount makes some runtimes refuse the question: then nothing is told of it. */
async function ask(
  connection: Connection<Chain>,
  path: string,
  args: readonly unknown[],
  options?: ReadOptions,
): Promise<unknown> {
  try {
    return await askRuntimeIfAny(connection, path, args, options);
  } catch (error) {
    if (isBittensorError(error) && error.code === 'rpc') return undefined;
    throw error;
  }
}

function rao(answer: unknown, name: string): bigint | undefined {
  const value = (answer as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'bigint' ? value : undefined;
}
