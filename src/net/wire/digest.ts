import { createHash } from 'node:crypto';
import { u32le, u64le } from '../../base/index.js';
import type { Tensor } from '../gen/bittensor.js';

/**
 * SHA-256 of tensors in the form in which they travel, encoded and compressed: a receiver verifies it before it decodes
 * anything. Each length is stated, so no two lists share a digest.
 */
export function tensorsDigest(tensors: readonly Tensor[]): Uint8Array {
  const hash = createHash('sha256').update(u32le(tensors.length));
  for (const { dtype, modality, requiresGrad, encoding, compression, shape, scales, buffer } of tensors) {
    const head = Buffer.allocUnsafe(9 + 8 * shape.length + 8);
    head.set([dtype, modality, requiresGrad ? 1 : 0, encoding, compression]);
    let at = head.writeUInt32LE(shape.length, 5);
    for (const size of shape) at = head.writeBigInt64LE(BigInt(size), at);
    head.writeBigUInt64LE(BigInt(scales.length), at);
    hash
      .update(head)
      .update(scales)
      .update(u64le(BigInt(buffer.length)))
      .update(buffer);
  }
  return new Uint8Array(hash.digest());
}
