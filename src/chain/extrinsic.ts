import { blake2b256, concat, fromHex, toHex } from '../base/index.js';
import type { Signer } from '../wallet/index.js';
import { chainError } from './errors.js';
import type { Runtime } from './runtime.js';
import { compact, littleEndian } from './scale.js';

export interface SigningContext {
  nonce: number;
  genesisHash: string;
  era: Era;
}

/** The blocks in which a transaction is valid. */
export interface Era {
  /** Length in blocks, a power of two from 4 to 65536. */
  readonly period: number;
  /** First block of it, and its hash. */
  readonly birth: number;
  readonly birthHash: string;
}

/** Least wall-clock time for which a transaction stays valid. */
const ERA_MS = 5 * 60_000;

/** The power of two that covers at least five minutes of blocks. */
export function eraPeriod(blockTimeMs: number): number {
  const blocks = Math.max(4, ERA_MS / Math.max(1, blockTimeMs));
  return Math.min(65_536, 2 ** Math.ceil(Math.log2(blocks)));
}

/** The last block not after `current` at which an era of this period can begin: eras longer than 4096 are coarser. */
export function eraBirth(period: number, current: number): number {
  const step = Math.max(1, period >> 12);
  return current - (current % step);
}

/** Source: sp-runtime `generic/era.rs`. */
export function encodeEra({ period, birth }: Era): Uint8Array {
  const step = Math.max(1, period >> 12);
  const phase = (birth % period) / step;
  return littleEndian(Math.min(15, Math.max(1, Math.log2(period) - 1)) | (phase << 4), 2);
}

interface Part {
  /** Bytes in the transaction. */
  extra: Uint8Array;
  /** Bytes that are signed, but not sent. */
  implicit: Uint8Array;
}

const NOTHING = new Uint8Array();

/** What the extensions of Substrate's own pallets carry. */
function extensionPart(name: string, runtime: Runtime, { nonce, era, genesisHash }: SigningContext): Part | undefined {
  switch (name) {
    case 'CheckSpecVersion':
      return { extra: NOTHING, implicit: littleEndian(runtime.specVersion, 4) };
    case 'CheckTxVersion':
      return { extra: NOTHING, implicit: littleEndian(runtime.transactionVersion, 4) };
    case 'CheckGenesis':
      return { extra: NOTHING, implicit: fromHex(genesisHash) };
    case 'CheckMortality':
    case 'CheckEra':
      return { extra: encodeEra(era), implicit: fromHex(era.birthHash) };
    case 'CheckNonce':
      return { extra: compact(nonce), implicit: NOTHING };
    case 'ChargeTransactionPayment':
      return { extra: compact(0), implicit: NOTHING };
    case 'CheckMetadataHash':
      // Mode 0, no hash: we decode what we sign ourselves.
      return { extra: Uint8Array.of(0), implicit: Uint8Array.of(0) };
    default:
      return undefined;
  }
}

export interface SignedExtrinsic {
  readonly bytes: Uint8Array;
  /** blake2b-256 of the bytes, as explorers name it. */
  readonly hash: string;
}

/**
 * A signed transaction, version 4. Error `unsupported` when the chain wants an extension with bytes that we do not
 * know: leaving it out would be a guess.
 */
export function signExtrinsic(
  call: Uint8Array,
  signer: Signer,
  runtime: Runtime,
  context: SigningContext,
): SignedExtrinsic {
  const parts = runtime.extensions.map(({ name, isEmpty }): Part => {
    const part = extensionPart(name, runtime, context);
    if (part) return part;
    if (isEmpty) return { extra: NOTHING, implicit: NOTHING };
    throw chainError('unsupported', `${runtime.specName} ${runtime.specVersion} wants the unknown extension ${name}`);
  });
  const extra = concat(...parts.map(part => part.extra));
  const payload = concat(call, extra, ...parts.map(part => part.implicit));
  // Source: sp-runtime `SignedPayload::using_encoded`.
  const signature = signer.sign(payload.length > 256 ? blake2b256(payload) : payload);
  // 0x84: signed, version 4; 0: MultiAddress::Id; 1: MultiSignature::Sr25519.
  const body = concat(Uint8Array.of(0x84, 0), signer.publicKey, Uint8Array.of(1), signature, extra, call);
  const bytes = concat(compact(body.length), body);
  return { bytes, hash: toHex(blake2b256(bytes)) };
}
