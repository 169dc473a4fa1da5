import { u32le } from '../../../src/base/bytes.js';
import { compact, compactBig, join, lengthPrefixed, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import { blake2b256, sr25519FromSeed, sr25519Sign } from '../runtime/host/crypto-library.js';
import type { Metadata } from '../runtime/metadata.js';
import type { RuntimeVersion } from '../runtime/runtime.js';

/** The public development account `//Alice`: everybody knows this seed, so it is worth nothing but on a local chain. */
const ALICE_SEED = unhex('0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a');

/** Calls that move a balance, best first, by their names over the years. */
const TRANSFERS = ['transfer_allow_death', 'transfer', 'transfer_keep_alive'];

const PAYLOAD_HASHED_ABOVE = 256;
const IMMORTAL = Uint8Array.of(0);

let alice: { secret: Uint8Array; publicKey: Uint8Array } | undefined;

export function aliceKeys(): { secret: Uint8Array; publicKey: Uint8Array } {
  alice ??= sr25519FromSeed(ALICE_SEED);
  return alice;
}

/** A transfer of the Balances pallet, encoded by the metadata of the chain at hand. */
export function transferCall(metadata: Metadata, to: Uint8Array, amount: bigint): Uint8Array {
  for (const name of TRANSFERS) {
    const found = metadata.call('Balances', name);
    if (!found) continue;
    const isMultiAddress = metadata.path(found.argumentTypes[0] ?? -1).endsWith('MultiAddress');
    const destination = isMultiAddress ? join(Uint8Array.of(0), to) : to;
    return join(Uint8Array.of(found.pallet, found.call), destination, compactBig(amount));
  }
  throw engineError('bad_runtime', 'the runtime has no Balances pallet with a transfer');
}

/** A signed extrinsic of version 4 from `//Alice`, immortal, without a tip. */
export function signByAlice(options: {
  metadata: Metadata;
  version: RuntimeVersion;
  genesisHash: string;
  call: Uint8Array;
  nonce: number;
}): Uint8Array {
  const { metadata, version, genesisHash, call, nonce } = options;
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
    if (!value && !(metadata.isEmpty(type) && metadata.isEmpty(implicitType))) {
      throw engineError('bad_runtime', `the runtime has the transaction extension ${name}, which is unknown here`);
    }
    explicit.push(value?.explicit ?? none);
    implicit.push(value?.implicit ?? none);
  }
  const payload = join(call, ...explicit, ...implicit);
  const keys = aliceKeys();
  const signature = sr25519Sign(keys, payload.length > PAYLOAD_HASHED_ABOVE ? blake2b256(payload) : payload);
  const signed = join(Uint8Array.of(0x84, 0), keys.publicKey, Uint8Array.of(1), signature, ...explicit, call);
  return lengthPrefixed(signed);
}
