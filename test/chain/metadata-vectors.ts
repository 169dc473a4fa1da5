import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ApiPromise } from '@polkadot/api';
import { packagePath } from '../../src/base/index.js';
import { createApi } from '../../src/chain/api.js';
import { opaqueMetadata } from '../../src/chain/chain.js';

/** Upstream's metadata lies beside the repository, not in it: where it is missing, the tests on it are left out and say so. */
const folder = packagePath('../shared/vectors/metadata/');

export const SUBTENSOR_343 = { specName: 'node-subtensor', specVersion: 343, transactionVersion: 1 };

export const GENESIS = `0x${'11'.repeat(32)}`;

/** An api as the client makes it for a chain with upstream's runtime, with no chain behind it. */
export async function upstreamApi(version: 14 | 15): Promise<ApiPromise | undefined> {
  const metadata = upstreamMetadata(version);
  if (!metadata) return undefined;
  const call = async (method: string) => {
    throw new Error(`${method}: nobody is there`);
  };
  return createApi({ genesisHash: GENESIS, name: 'upstream', version: SUBTENSOR_343, metadata }, { call });
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
