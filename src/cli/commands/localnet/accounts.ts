import { formatTao } from '../../../base/index.js';
import type { LocalAccount } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { withLocalChain } from './local-chain.js';
import type { targetSettings } from './settings.js';

export const PUBLIC_KEYS =
  'Everybody knows these keys. Send nothing of value to these addresses, on any network: it would be gone at once.';

/** The development accounts, with what they own now. */
export const accounts: Action<typeof targetSettings> = async ({ settings, signal }) => {
  const list = await withLocalChain(settings, signal, chain => chain.accounts());
  return {
    json: { accounts: list, warning: PUBLIC_KEYS },
    show: ui => [...accountLines(list), '', PUBLIC_KEYS].forEach(ui.line),
  };
};

export function accountLines(list: readonly LocalAccount[]): string[] {
  const width = Math.max(...list.map(({ uri }) => uri.length));
  return list.flatMap(({ uri, address, secretSeed, freeRao }) => [
    `${uri.padEnd(width)}  ${address}  ${formatTao(freeRao)}`,
    ...(secretSeed === '' ? [] : [`${' '.repeat(width)}  seed ${secretSeed}`]),
  ]);
}
