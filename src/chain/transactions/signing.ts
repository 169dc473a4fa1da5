import type { ApiPromise } from '@polkadot/api';
import type { Metadata } from '@polkadot/types';
import { allExtensions } from '@polkadot/types/extrinsic/signedExtensions';
import type { Call } from '@polkadot/types/interfaces';
import { concat } from '../../base/browser.js';
import type { Signer } from '../../wallet/index.js';
import { chainError } from '../errors.js';
import { versionOf } from '../metadata/api.js';
import { fixedBytes, layoutOf } from '../metadata/scale/layout.js';
import type { Era } from './era.js';

export interface SignedExtrinsic {
  /** With its length, as the pool takes it. */
  readonly hex: string;
  /** blake2b-256 of the bytes, as explorers name it. */
  readonly hash: string;
}

/** Index of sr25519 in `MultiSignature`. */
const SR25519 = Uint8Array.of(1);

/**
 * A signed transaction. Error `unsupported` when the chain wants an extension with bytes that @polkadot/api does not
 * know: it would leave them out.
 */
export async function signExtrinsic(
  api: ApiPromise,
  call: Call,
  signer: Signer,
  { nonce, era }: { nonce: number; era: Era },
): Promise<SignedExtrinsic> {
  const unknown = unknownExtension(api);
  if (unknown !== undefined) {
    const { specName, specVersion } = versionOf(api);
    throw chainError('unsupported', `${specName} ${specVersion} wants the unknown extension ${unknown}`);
  }
  // The part of a KeyringPair that signing needs; the library hashes what is longer than 256 bytes.
  const pair = {
    address: signer.address,
    addressRaw: signer.publicKey,
    publicKey: signer.publicKey,
    sign: (payload: Uint8Array) => concat(SR25519, signer.sign(payload)),
  };
  const transaction = await api.tx(call).signAsync(pair, {
    nonce,
    era: api.registry.createType('ExtrinsicEra', { current: era.birth, period: era.period }),
    blockHash: era.birthHash,
  });
  // The bytes of the call within what goes out are the ones that were given, whatever the library made of them.
  const callHex = call.toHex();
  if (transaction.method.toHex() !== callHex) {
    throw chainError('bad_argument', `${callHex.slice(0, 80)} would be signed in another form`);
  }
  return { hex: transaction.toHex(), hash: transaction.hash.toHex() };
}

const checked = new WeakMap<ApiPromise, string | undefined>();

/** An extension that puts bytes into a transaction or its payload, and that @polkadot/api does not know. */
function unknownExtension(api: ApiPromise): string | undefined {
  if (!checked.has(api)) {
    const { lookup } = api.registry;
    const found = extensionsOf(api.runtimeMetadata).find(
      ({ name, types }) =>
        !Object.hasOwn(allExtensions, name) && types.some(type => fixedBytes(layoutOf(lookup, type)) !== 0),
    );
    checked.set(api, found?.name);
  }
  return checked.get(api);
}

/** The conversion to the newest metadata loses what is signed but not sent, so that is read from the original. */
function extensionsOf(metadata: Metadata) {
  if (metadata.version >= 16) {
    return metadata.asV16.extrinsic.transactionExtensions.map(({ identifier, type, implicit }) => ({
      name: identifier.toString(),
      types: [type, implicit],
    }));
  }
  const { extrinsic } = metadata.version === 15 ? metadata.asV15 : metadata.asV14;
  return extrinsic.signedExtensions.map(({ identifier, type, additionalSigned }) => ({
    name: identifier.toString(),
    types: [type, additionalSigned],
  }));
}
