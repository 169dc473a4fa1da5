import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Author } from '../../localnet/engine/chain/author.js';
import type { Candidates, Rejection } from '../../localnet/engine/chain/block-builder.js';
import { Chain } from '../../localnet/engine/chain/chain.js';
import type { GenesisSource } from '../../localnet/engine/chain/genesis.js';
import { aliceKeys, signByAlice, transferCall } from '../../localnet/engine/chain/transaction.js';
import { Reader } from '../../localnet/engine/codec.js';
import { openPool } from '../../localnet/engine/pool/open-pool.js';
import type { Pool } from '../../localnet/engine/pool/pool.js';
import { SignatureCache } from '../../localnet/engine/runtime/host/signatures.js';
import { type Metadata, readMetadata } from '../../localnet/engine/runtime/metadata.js';
import { Runtimes } from '../../localnet/engine/runtime/runtime.js';
import { type Log, packagePath, silentLog } from '../../src/base/index.js';

export const runtimeCode = readFileSync(packagePath('localnet/runtime.wasm'));

export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'bittensor-engine-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A log that keeps its lines, as `warn: message`. */
export function keepingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error'), lines };
  return { ...log, child: () => ({ ...log, child: () => silentLog }) };
}

// Compiled once for all chains of a test file.
const signatures = new SignatureCache();
const runtimes = new Runtimes({ signatures });

export interface TestChain extends Disposable {
  readonly chain: Chain;
  readonly pool: Pool;
  readonly author: Author;
  readonly metadata: Metadata;
  readonly signatures: SignatureCache;
  /** Sets the time that blocks get. */
  time: { nowMs: number };
  /** A signed transfer from //Alice, on this chain unless told otherwise. */
  transfer(to: Uint8Array, amount: bigint, nonce: number, genesisHash?: string): Uint8Array;
  /** A call, encoded, signed by //Alice. */
  sign(call: Uint8Array, nonce: number, genesisHash?: string): Uint8Array;
  /** The nonce of //Alice. */
  nonce(): number;
  close(): void;
}

export interface TestChainOptions {
  keepBlocks?: number | undefined;
  finalityLag?: number;
  fixedStepMs?: number;
  log?: Log;
  source?: GenesisSource;
  patch?: string;
}

/** The chain of our own runtime in this process, with a clock that is set by hand. */
export function openChain(folder: string, options: TestChainOptions = {}): TestChain {
  const time = { nowMs: 1_800_000_000_000 };
  const { keepBlocks = 1000, finalityLag = 0, fixedStepMs, log = silentLog, patch = '{}' } = options;
  const source = options.source ?? {
    kind: 'runtime',
    code: runtimeCode,
    preset: 'local_testnet',
    defaults: '{}',
    patch,
  };
  const clock = { nowMs: () => (time.nowMs += 10) };
  const chain = Chain.open({ folder, source, runtimes, keepBlocks, finalityLag, fixedStepMs, clock, log });
  const pool = openPool(chain, { finalizedAfterMs: 0 });
  const metadata = readMetadata(new Reader(chain.runtime.constant('Metadata_metadata', new Uint8Array())).vec());
  let closed = false;
  const close = () => {
    if (!closed) chain.close();
    closed = true;
  };
  const sign = (call: Uint8Array, nonce: number, genesisHash = chain.genesisHash) =>
    signByAlice({ metadata, version: chain.runtime.version, genesisHash, call, nonce });
  return {
    chain,
    pool,
    author: new Author({ chain, pool, blockTime: 'manual', log }),
    metadata,
    signatures,
    time,
    sign,
    transfer: (to, amount, nonce, genesisHash) => sign(transferCall(metadata, to, amount), nonce, genesisHash),
    nonce: () =>
      new Reader(chain.runtime.view(chain.state, 'AccountNonceApi_account_nonce', aliceKeys().publicKey)).u32(),
    close,
    [Symbol.dispose]: close,
  };
}

/** An account nobody has. */
export function account(seed: number): Uint8Array {
  const bytes = new Uint8Array(32).fill(9);
  new DataView(bytes.buffer).setUint32(0, seed);
  return bytes;
}

/** Given transactions in order, whatever becomes of them. */
export function inOrder(...transactions: Uint8Array[]): Candidates & { refused: Rejection[] } {
  const refused: Rejection[] = [];
  const rest = transactions.map(bytes => ({ bytes }));
  return { next: () => rest.shift(), rejected: reason => void refused.push(reason), refused };
}
