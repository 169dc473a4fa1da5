import { compact, hex, join, Reader } from '../codec.js';
import { engineError } from '../errors.js';
import { blake2b256 } from '../runtime/host/crypto-library.js';

/** A Substrate block header; hashes have 32 bytes, `digest` holds encoded items. Source: sp-runtime generic/header.rs. */
export interface Header {
  parentHash: Uint8Array;
  number: number;
  stateRoot: Uint8Array;
  extrinsicsRoot: Uint8Array;
  digest: readonly Uint8Array[];
}

export interface Block {
  /** `0x` and 64 digits. */
  hash: string;
  header: Header;
  encodedHeader: Uint8Array;
  /** Each with its own length prefix, as transactions travel. */
  extrinsics: readonly Uint8Array[];
}

export function encodeHeader(header: Header): Uint8Array {
  return join(
    header.parentHash,
    compact(header.number),
    header.stateRoot,
    header.extrinsicsRoot,
    compact(header.digest.length),
    ...header.digest,
  );
}

export function decodeHeader(bytes: Uint8Array): Header {
  const reader = new Reader(bytes);
  const header = {
    parentHash: reader.take(32),
    number: reader.compact(),
    stateRoot: reader.take(32),
    extrinsicsRoot: reader.take(32),
    digest: Array.from({ length: reader.compact() }, () => digestItem(reader)),
  };
  if (reader.left !== 0) throw engineError('bad_block', `a header with ${reader.left} bytes too many`);
  return header;
}

/** Engine id and data for PreRuntime (6), Consensus (4) and Seal (5); bytes for Other (0); nothing for 8. */
function digestItem(reader: Reader): Uint8Array {
  const start = reader.offset;
  const kind = reader.u8();
  if (kind === 4 || kind === 5 || kind === 6) {
    reader.take(4);
    reader.vec();
  } else if (kind === 0) reader.vec();
  else if (kind !== 8) throw engineError('bad_block', `a digest item of unknown kind ${kind}`);
  return reader.bytes.subarray(start, reader.offset);
}

/** `PreRuntime` with an engine id of four letters. */
export function preRuntimeDigest(engine: string, data: Uint8Array): Uint8Array {
  return join(Uint8Array.of(6), Buffer.from(engine, 'latin1'), compact(data.length), data);
}

export function headerHash(encoded: Uint8Array): string {
  return hex(blake2b256(encoded));
}

export function makeBlock(encodedHeader: Uint8Array, extrinsics: readonly Uint8Array[]): Block {
  return { hash: headerHash(encodedHeader), header: decodeHeader(encodedHeader), encodedHeader, extrinsics };
}

/** The argument of `Core_execute_block`. */
export function encodeBlock(block: Pick<Block, 'encodedHeader' | 'extrinsics'>): Uint8Array {
  return join(block.encodedHeader, compact(block.extrinsics.length), ...block.extrinsics);
}

/** As `chain_getHeader` shows it. */
export function headerJson(header: Header): Record<string, unknown> {
  return {
    parentHash: hex(header.parentHash),
    number: `0x${header.number.toString(16)}`,
    stateRoot: hex(header.stateRoot),
    extrinsicsRoot: hex(header.extrinsicsRoot),
    digest: { logs: header.digest.map(hex) },
  };
}
