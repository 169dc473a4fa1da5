import type { LocalAccount } from '../../../chain/index.js';
import { withLocalChain } from './local-chain.js';
import { formatTao, say } from './say.js';
import type { Options } from './settings.js';

export const PUBLIC_KEYS =
  'Everybody knows these keys. Send nothing of value to these addresses, on any network: it would be gone at once.';

/** The development accounts, with what they own now. */
export async function accounts(options: Options): Promise<void> {
  const list = await withLocalChain(options, chain => chain.accounts());
  say(options, { accounts: list, warning: PUBLIC_KEYS }, [...accountLines(list), '', PUBLIC_KEYS]);
}

export function accountLines(list: readonly LocalAccount[]): string[] {
  const width = Math.max(...list.map(({ uri }) => uri.length));
  return list.flatMap(({ uri, address, secretSeed, freeRao }) => [
    `${uri.padEnd(width)}  ${address}  ${formatTao(freeRao)}`,
    ...(secretSeed === '' ? [] : [`${' '.repeat(width)}  seed ${secretSeed}`]),
  ]);
}
