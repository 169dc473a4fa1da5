import { readFileSync } from 'node:fs';
import { Chain } from '../localnet/engine/chain/chain.js';
import type { GenesisSource } from '../localnet/engine/chain/genesis.js';
import { signByAlice, transferCall } from '../localnet/engine/chain/transaction.js';
import { Reader } from '../localnet/engine/codec.js';
import { SignatureCache } from '../localnet/engine/runtime/host/signatures.js';
import { readMetadata } from '../localnet/engine/runtime/metadata.js';
import { Runtimes } from '../localnet/engine/runtime/runtime.js';
import { packagePath, silentLog, systemClock } from '../src/base/index.js';

/** Our own runtime and preset, with JSON merged over it. */
export function ownSource(patch = '{}'): GenesisSource {
  const code = readFileSync(packagePath('localnet/runtime.wasm'));
  return { kind: 'runtime', code, preset: 'local_testnet', defaults: '{}', patch };
}

/** Runtimes that know no signature yet. */
export function freshRuntimes(): Runtimes {
  return new Runtimes({ signatures: new SignatureCache() });
}

/** The chain of our own runtime, in this process. */
export function openOwnChain(folder: string, source = ownSource(), runtimes = freshRuntimes()): Chain {
  return Chain.open({ folder, source, runtimes, keepBlocks: 1000, clock: systemClock, log: silentLog });
}

/** Signs transfers of `//Alice`, each to an account of its own. */
export function transferMaker(chain: Chain, genesisHash = chain.genesisHash): (nonce: number) => Uint8Array {
  const metadata = readMetadata(new Reader(chain.runtime.constant('Metadata_metadata', new Uint8Array())).vec());
  return nonce => {
    const to = new Uint8Array(32).fill(7);
    new DataView(to.buffer).setUint32(0, nonce);
    const call = transferCall(metadata, to, 1_000_000n);
    return signByAlice({ metadata, version: chain.runtime.version, genesisHash, call, nonce });
  };
}
