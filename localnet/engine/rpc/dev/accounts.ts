import { encodeAddress } from '../../../../src/base/ss58.js';
import { freeBalance } from '../../chain/account-info.js';
import { DEV_ACCOUNTS } from '../../chain/dev-accounts.js';
import type { Engine, Methods } from '../family.js';
import type { Sender } from './sender.js';

const SUBSTRATE_PREFIX = 42;

/** The accounts that everybody has the keys of. */
export function accountMethods({ chain, about }: Engine, sender: Sender): Methods {
  const { ss58Format } = about.properties;
  // Longer prefixes are not written here; keys are the same under any.
  const isShort = Number.isSafeInteger(ss58Format) && (ss58Format as number) >= 0 && (ss58Format as number) < 64;
  const prefix = isShort ? (ss58Format as number) : SUBSTRATE_PREFIX;
  return {
    dev_accounts: () =>
      DEV_ACCOUNTS.map(({ uri, secretSeed, keys }) => ({
        name: uri,
        address: encodeAddress(keys.publicKey, prefix),
        uri,
        freeRao: String(freeBalance(sender.metadata, chain.state, keys.publicKey) ?? 0n),
        secretSeed,
      })),
  };
}
