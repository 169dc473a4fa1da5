import { u32le } from '../../../src/base/bytes.js';
import { compact, compactBig, join, lengthPrefixed, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import { blake2b256, sr25519Sign, sr25519SignFixed } from '../runtime/host/crypto-library.js';
import type { Metadata } from '../runtime/metadata.js';
import type { RuntimeVersion } from '../runtime/runtime.js';
import { DEV_ACCOUNTS, type Keys } from './dev-accounts.js';

/** Calls that move a balance, best first, by their names over the years. */
const TRANSFERS = ['transfer_allow_death', 'transfer', 'transfer_keep_alive'];

const PAYLOAD_HASHED_ABOVE = 256;
const IMMORTAL = Uint8Array.of(0);

export function aliceKeys(): Keys {
  return DEV_ACCOUNTS[0]!.keys;
}

/** A call by its names; `parts` are its encoded arguments. Undefined when the runtime has none of that name. */
export function encodeCall(
  metadata: Metadata,
  pallet: string,
  name: string,
  parts: (argumentTypes: readonly number[]) => readonly Uint8Array[],
): Uint8Array | undefined {
  const found = metadata.call(pallet, name);
  return found && join(Uint8Array.of(found.pallet, found.call), ...parts(found.argumentTypes));
}

/** An account as an argument of that type, which may be an address of several kinds. */
export function encodeAccount(metadata: Metadata, type: number | undefined, account: Uint8Array): Uint8Array {
  const isMultiAddress = metadata.types.path(type ?? -1).endsWith('MultiAddress');
  return isMultiAddress ? join(Uint8Array.of(0), account) : account;
}

/** A transfer of the Balances pallet, encoded by the metadata of the chain at hand. */
export function transferCall(metadata: Metadata, to: Uint8Array, amount: bigint): Uint8Array {
  for (const name of TRANSFERS) {
    const call = encodeCall(metadata, 'Balances', name, ([account]) => [
      encodeAccount(metadata, account, to),
      compactBig(amount),
    ]);
    if (call) return call;
  }
  throw engineError('bad_runtime', 'the runtime has no Balances pallet with a transfer');
}

export interface Unsigned {
  metadata: Metadata;
  version: RuntimeVersion;
  genesisHash: string;
  call: Uint8Array;
  nonce: number;
}

/** Signed by `//Alice`, with a signature that differs each time. */
export function signByAlice(unsigned: Unsigned): Uint8Array {
  return sign(unsigned, aliceKeys(), sr25519Sign);
}

/** The same transaction has the same bytes each time. */
export function signFixed(unsigned: Unsigned, keys: Keys): Uint8Array {
  return sign(unsigned, keys, sr25519SignFixed);
}

/** A signed extrinsic of version 4, immortal, without a tip. */
function sign(unsigned: Unsigned, keys: Keys, signWith: typeof sr25519Sign): Uint8Array {
  const { metadata, version, genesisHash, call, nonce } = unsigned;
  const genesis = unhex(genesisHash);
  const known: Record<string, { explicit?: Uint8Array; implicit?: Uint8Array }> = {
    CheckMortality: { explicit: IMMORTAL, implicit: genesis },
    CheckEra: { explicit: IMMORTAL, implicit: genesis },
    CheckNonce: { explicit: compact(nonce) },
    ChargeTransactionPayment: { explicit: compact(0) },
    ChargeAssetTxPayment: { explicit: Uint8Array.of(0, 0) },
    CheckSpecVersion: { implicit: u32le(version.specVersion) },
    CheckTxVersion: { implicit: u32le(version.transactionVersion) },
    CheckGenesis: { implicit: genesis },
    CheckMetadataHash: { explicit: Uint8Array.of(0), implicit: Uint8Array.of(0) },
  };
  const none = new Uint8Array();
  const explicit: Uint8Array[] = [];
  const implicit: Uint8Array[] = [];
  for (const { name, type, implicit: implicitType } of metadata.extensions) {
    const value = known[name];
    if (!value && !(metadata.types.isEmpty(type) && metadata.types.isEmpty(implicitType))) {
      throw engineError('bad_runtime', `the runtime has the transaction extension ${name}, which is unknown here`);
    }
    explicit.push(value?.explicit ?? none);
    implicit.push(value?.implicit ?? none);
  }
  const payload = join(call, ...explicit, ...implicit);
  const signature = signWith(keys, payload.length > PAYLOAD_HASHED_ABOVE ? blake2b256(payload) : payload);
  const signed = join(Uint8Array.of(0x84, 0), keys.publicKey, Uint8Array.of(1), signature, ...explicit, call);
  return lengthPrefixed(signed);
}
