import { balanceBits, freeBalance } from '../../chain/account-info.js';
import { DEV_ACCOUNTS, type DevAccount } from '../../chain/dev-accounts.js';
import { transferCall } from '../../chain/transaction.js';
import { invalidParams } from '../../rpc-error.js';
import type { Metadata } from '../../runtime/metadata.js';
import type { Engine, Methods } from '../family.js';
import { accountOf } from '../methods/system.js';
import type { Params } from '../params.js';
import type { Included, Sender } from './sender.js';

/** Where the chain does not say how long a balance is. */
const MOST_BITS = 128;
/** In whole coins. */
const FAUCET_COINS = 1000n;
const USUAL_DECIMALS = 9;
/** A chain specification may say anything. */
const MOST_DECIMALS = 30;

/** Money from a development account. */
export function fundMethods({ chain, about }: Engine, sender: Sender): Methods {
  const fund = (to: Uint8Array, amount: bigint): Promise<Included> => {
    const { metadata } = sender;
    const { keys } = payer(amount);
    return sender.send('the development account', keys, transferCall(metadata, to, amount));
  };
  /** The first that has more than that; `//Alice` when none has, and she is told why not. */
  const payer = (amount: bigint): DevAccount => {
    const has = ({ keys }: DevAccount) => (freeBalance(sender.metadata, chain.state, keys.publicKey) ?? 0n) > amount;
    return DEV_ACCOUNTS.find(has) ?? DEV_ACCOUNTS[0]!;
  };
  return {
    dev_fund: params => fund(accountOf(params.text(0, 'address')), positive(amountOf(params, 1, sender.metadata))),
    dev_faucet(params) {
      const { tokenDecimals } = about.properties;
      const decimals = Array.isArray(tokenDecimals) ? (tokenDecimals[0] as unknown) : tokenDecimals;
      const isUsable =
        Number.isSafeInteger(decimals) && (decimals as number) >= 0 && (decimals as number) <= MOST_DECIMALS;
      const unit = 10n ** BigInt(isUsable ? (decimals as number) : USUAL_DECIMALS);
      return fund(accountOf(params.text(0, 'address')), FAUCET_COINS * unit);
    },
  };
}

/** Whole units of the smallest kind, as many as a balance of this chain can be. */
export function amountOf(params: Params, index: number, metadata: Metadata): bigint {
  const value = params.at(index);
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || !/^\d+$/.test(text)) {
    throw invalidParams('amount has to be whole units, as a number or as a decimal string');
  }
  const amount = BigInt(text);
  const bits = balanceBits(metadata) ?? MOST_BITS;
  if (amount >> BigInt(bits) > 0n) throw outOfRange(`${text.slice(0, 80)}: balances have ${bits} bits`);
  return amount;
}

function positive(amount: bigint): bigint {
  if (amount === 0n) throw outOfRange('0: nothing would be sent');
  return amount;
}

function outOfRange(text: string) {
  return invalidParams(`amount out of range, ${text}`);
}
