import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ApiPromise } from '@polkadot/api';
import { fromHex, packagePath } from '../../src/base/index.js';
import { opaqueMetadata } from '../../src/chain/connection/chain.js';
import { startLocalnet } from '../../src/chain/index.js';
import { createApi } from '../../src/chain/metadata/api.js';
import { temporaryFolder } from './helpers.js';

/** Upstream's metadata lies beside the repository, not in it: where it is missing, the tests on it are left out and say so. */
const folder = packagePath('../shared/vectors/metadata/');

export const SUBTENSOR_343 = { specName: 'node-subtensor', specVersion: 343, transactionVersion: 1 };

export const GENESIS = `0x${'11'.repeat(32)}`;

/** An api as the client makes it for a chain with upstream's runtime, with no chain behind it. */
export async function upstreamApi(version: 14 | 15): Promise<ApiPromise | undefined> {
  const metadata = upstreamMetadata(version);
  if (!metadata) return undefined;
  return apiOf(metadata);
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

/** What a chain of our own says of itself: its metadata with runtime APIs, and its version. */
export async function ownMetadata(): Promise<{ metadata: Uint8Array; version: typeof SUBTENSOR_343 }> {
  using folder = temporaryFolder();
  const chain = await startLocalnet({ port: 0, dataFolder: folder.path, blockTime: 'manual', detached: false });
  try {
    const ask = async (method: string, ...params: unknown[]) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(chain.url.replace('ws:', 'http:'), { method: 'POST', headers, body });
      return ((await answer.json()) as { result: unknown }).result;
    };
    const metadata = opaqueMetadata(
      fromHex(String(await ask('state_call', 'Metadata_metadata_at_version', '0x0f000000'))),
    );
    return { metadata: metadata!, version: (await ask('state_getRuntimeVersion')) as typeof SUBTENSOR_343 };
  } finally {
    await chain.stop();
  }
}

/** An api for metadata with no chain behind it. */
export function apiOf(metadata: Uint8Array, version = SUBTENSOR_343): Promise<ApiPromise> {
  const call = async (method: string) => {
    throw new Error(`${method}: nobody is there`);
  };
  return createApi({ genesisHash: GENESIS, name: 'alone', version, metadata }, { call });
}
