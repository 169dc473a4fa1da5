import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { packagePath } from '../../src/base/index.js';
import { opaqueMetadata } from '../../src/chain/chain.js';
import { Runtime } from '../../src/chain/runtime.js';

/** Upstream's metadata lies beside the repository, not in it: where it is missing, the tests on it are left out and say so. */
const folder = packagePath('../shared/vectors/metadata/');

export const SUBTENSOR_343 = { specName: 'node-subtensor', specVersion: 343, transactionVersion: 1 };

export function upstreamRuntime(version: 14 | 15): Runtime | undefined {
  const bytes = upstreamMetadata(version);
  return bytes && Runtime.fromMetadata(bytes, SUBTENSOR_343);
}

export function upstreamMetadata(version: 14 | 15): Uint8Array | undefined {
  const path = `${folder}subtensor-343-v${version}.scale.gz`;
  if (!existsSync(path)) {
    process.stdout.write(`not tested against upstream's metadata: ${path} is missing\n`);
    return undefined;
  }
  const bytes = gunzipSync(readFileSync(path));
  return version === 15 ? opaqueMetadata(bytes) : bytes;
}
