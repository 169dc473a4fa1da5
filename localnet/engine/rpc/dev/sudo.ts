import { encodeAddress } from '../../../../src/base/ss58.js';
import type { Keys } from '../../chain/dev-accounts.js';
import { encodeAccount, encodeCall } from '../../chain/transaction.js';
import { compact, compactBig, hex, join, lengthPrefixed, Reader } from '../../codec.js';
import { invalidParams, RpcError } from '../../rpc-error.js';
import type { Engine, Methods } from '../family.js';
import { accountOf } from '../methods/system.js';
import { bytesOf, type Params } from '../params.js';
import { amountOf } from './funds.js';
import type { Included, Sender } from './sender.js';

const KEY_BYTES = 32;
const NONE = new Uint8Array();

/** Anything at all, as transactions signed by the account that the chain itself has put in charge. */
export function sudoMethods({ chain }: Engine, sender: Sender): Methods {
  /** The keys of whom the Sudo pallet names. */
  const inCharge = (): Keys => {
    const storage = sender.metadata.storage('Sudo', 'Key');
    if (!storage) throw unable('this chain has no Sudo pallet, so that nobody may do this');
    const key = chain.state.get(storage.prefix);
    if (key?.length !== KEY_BYTES) throw unable('this chain has no sudo key: nobody may do this');
    const keys = sender.keysOf(key);
    if (keys) return keys;
    throw unable(
      `the sudo key of this chain is ${encodeAddress(key)}, which is no development account: its owner has to sign`,
    );
  };
  const needed = (pallet: string, name: string, parts: Parameters<typeof encodeCall>[3]): Uint8Array => {
    const call = encodeCall(sender.metadata, pallet, name, parts);
    if (call) return call;
    throw unable(`the runtime has no call ${pallet}.${name}`);
  };
  const send = (call: Uint8Array): Promise<Included> => sender.send('the sudo account', inCharge(), call);
  const asRoot = (call: Uint8Array) => {
    const keys = inCharge();
    return sender.send(
      'the sudo account',
      keys,
      needed('Sudo', 'sudo', () => [call]),
    );
  };
  const givenCall = (params: Params, index: number): Uint8Array => {
    const call = params.bytes(index, 'call');
    const { types } = sender.metadata;
    const type = sender.metadata.call('Sudo', 'sudo')?.argumentTypes[0];
    try {
      const reader = new Reader(call);
      if (type !== undefined) types.skip(reader, type);
      if (reader.left > 0 && type !== undefined) throw new RangeError(`${reader.left} bytes too many`);
    } catch (error) {
      throw invalidParams(`${hex(call).slice(0, 80)} is no call of this runtime: ${(error as Error).message}`);
    }
    return call;
  };
  return {
    dev_sudo(params) {
      inCharge();
      return asRoot(givenCall(params, 0));
    },
    dev_callAs(params) {
      inCharge();
      const who = accountOf(params.text(0, 'address'));
      const call = givenCall(params, 1);
      return send(needed('Sudo', 'sudo_as', ([account]) => [encodeAccount(sender.metadata, account, who), call]));
    },
    dev_setBalance(params) {
      const who = accountOf(params.text(0, 'address'));
      const free = compactBig(amountOf(params, 1, sender.metadata));
      const { metadata } = sender;
      // Its name before 2023, with what is reserved behind.
      const old = metadata.call('Balances', 'set_balance');
      const name = old ? 'set_balance' : 'force_set_balance';
      return asRoot(
        needed('Balances', name, ([account]) => [encodeAccount(metadata, account, who), free, old ? compact(0) : NONE]),
      );
    },
    dev_setStorage(params) {
      const items = storageItems(params);
      const values = items.filter(item => item.value !== undefined);
      const gone = items.filter(item => item.value === undefined);
      const calls: Uint8Array[] = [];
      if (values.length > 0) {
        const list = values.map(({ key, value }) => join(lengthPrefixed(key), lengthPrefixed(value!)));
        calls.push(needed('System', 'set_storage', () => [compact(values.length), ...list]));
      }
      if (gone.length > 0) {
        const list = gone.map(({ key }) => lengthPrefixed(key));
        calls.push(needed('System', 'kill_storage', () => [compact(gone.length), ...list]));
      }
      const [only] = calls;
      if (calls.length === 1) return asRoot(only!);
      return asRoot(needed('Utility', 'batch_all', () => [compact(calls.length), ...calls]));
    },
  };
}

/** `[[key, value | null], ...]` in hexadecimal; null removes. */
function storageItems(params: Params): { key: Uint8Array; value: Uint8Array | undefined }[] {
  const list = params.at(0);
  if (!Array.isArray(list) || list.length === 0) throw invalidParams('a list of [key, value or null] is expected');
  return list.map((item: unknown, i) => {
    if (!Array.isArray(item) || item.length !== 2) throw invalidParams(`[${i}] has to be [key, value or null]`);
    const [key, value] = item as unknown[];
    return {
      key: bytesOf(key, `[${i}][0]`),
      value: value === null ? undefined : bytesOf(value, `[${i}][1]`),
    };
  });
}

function unable(message: string) {
  return new RpcError(-32000, message);
}
