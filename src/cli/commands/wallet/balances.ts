import { isBittensorError, messageOf, RAO_PER_TAO } from '../../../base/index.js';
import type { ChainClient, Stake } from '../../../chain/index.js';
import { openWallet, walletNames } from '../../../wallet/index.js';
import type { Ui } from '../../terminal/ui.js';

export interface Account {
  /** Null for an address that was given. */
  readonly wallet: string | null;
  readonly address: string;
}

export interface Balance extends Account {
  readonly freeRao: bigint;
  readonly reservedRao: bigint;
  /** What it may send and go on existing. */
  readonly transferableRao: bigint;
  /** What the stakes are worth now; null where the chain tells no stakes or prices. */
  readonly stakedRao: bigint | null;
  readonly totalRao: bigint | null;
}

/** Coldkeys of all wallets of a folder; those that cannot be read are told and left out. */
export function coldkeysIn(path: string, ui: Ui): { wallet: string; address: string }[] {
  return walletNames(path).flatMap(wallet => {
    try {
      return [{ wallet, address: openWallet({ name: wallet, path }).coldkeyAddress() }];
    } catch (error) {
      ui.note(`${wallet} is left out: ${messageOf(error)}`);
      return [];
    }
  });
}

/** What accounts have, free and staked; each subnet's price is asked for once. */
export function readBalances(
  client: ChainClient,
  accounts: readonly Account[],
  signal: AbortSignal,
): Promise<Balance[]> {
  const prices = new Map<number, Promise<bigint | undefined>>();
  const priceOf = (netuid: number) => {
    const known = prices.get(netuid) ?? client.priceRao(netuid, { signal });
    prices.set(netuid, known);
    return known;
  };
  return Promise.all(
    accounts.map(async account => {
      const [{ freeRao, reservedRao, transferableRao }, stakes] = await Promise.all([
        client.accountBalance(account.address, { signal }),
        client.stakesOf(account.address, { signal }).catch(noneIfUnsupported),
      ]);
      const worths = stakes?.map(stake => worthRao(stake, priceOf)) ?? [null];
      const stakedRao = sumOf(await Promise.all(worths));
      const totalRao = stakedRao === null ? null : freeRao + stakedRao;
      return { ...account, freeRao, reservedRao, transferableRao, stakedRao, totalRao };
    }),
  );
}

/** A chain that does not tell stakes tells balances all the same. */
function noneIfUnsupported(error: unknown): undefined {
  if (isBittensorError(error) && error.code === 'unsupported') return undefined;
  throw error;
}

/** A stake in TAO at the price of now; on the root network, and before subnets had tokens, it is TAO. */
async function worthRao(
  { netuid, stakeRao }: Stake,
  priceOf: (netuid: number) => Promise<bigint | undefined>,
): Promise<bigint | null> {
  if (netuid === undefined || netuid === 0) return stakeRao;
  const price = await priceOf(netuid);
  return price === undefined ? null : (stakeRao * price) / RAO_PER_TAO;
}

/** Null when one of them is not known. */
export function sumOf(parts: readonly (bigint | null)[]): bigint | null {
  return parts.reduce<bigint | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0n);
}
