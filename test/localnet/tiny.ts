import { readFileSync } from 'node:fs';
import { Chain } from '../../localnet/engine/chain/chain.js';
import { type GenesisSource, parseRawSpec } from '../../localnet/engine/chain/genesis.js';
import { hex, keyHex, lengthPrefixed } from '../../localnet/engine/codec.js';
import { SignatureCache } from '../../localnet/engine/runtime/host/signatures.js';
import { Runtimes } from '../../localnet/engine/runtime/runtime.js';
import type { StateVersion } from '../../localnet/engine/state/trie.js';
import { type Log, silentLog } from '../../src/base/index.js';

const WASM = readFileSync(new URL('./tiny-runtime.wasm', import.meta.url));
/** How `Core_version` begins: two names, and where the fields behind them are. */
const NAMES = Buffer.from('\u0010tiny\u0010tiny');
const SPEC_AT = 14;
const STATE_VERSION_AT = 27;

/** The tiny runtime (see tiny-runtime/src/lib.rs) with other versions. */
export function tinyCode(specVersion: number, stateVersion: StateVersion): Uint8Array {
  const code = Buffer.from(WASM);
  const at = code.indexOf(NAMES);
  if (at < 0 || code.indexOf(NAMES, at + 1) >= 0) throw new Error('tiny-runtime.wasm has no version, or two');
  code.writeUInt32LE(specVersion, at + SPEC_AT);
  code[at + STATE_VERSION_AT] = stateVersion;
  return code;
}

export type Text = string | Uint8Array;
const vec = (value: Text) => lengthPrefixed(typeof value === 'string' ? Buffer.from(value, 'latin1') : value);

/** The operations of an extrinsic of the tiny runtime. */
export const ops = {
  set: (key: Text, value: Text) => Buffer.concat([Uint8Array.of(0), vec(key), vec(value)]),
  clear: (key: Text) => Buffer.concat([Uint8Array.of(1), vec(key)]),
  childSet: (name: Text, key: Text, value: Text) => Buffer.concat([Uint8Array.of(2), vec(name), vec(key), vec(value)]),
  childClear: (name: Text, key: Text) => Buffer.concat([Uint8Array.of(3), vec(name), vec(key)]),
  kill: (name: Text) => Buffer.concat([Uint8Array.of(4), vec(name)]),
  start: Uint8Array.of(5),
  commit: Uint8Array.of(6),
  rollback: Uint8Array.of(7),
  /** Stores the root of a child under a key. */
  childRoot: (name: Text, key: Text) => Buffer.concat([Uint8Array.of(8), vec(name), vec(key)]),
  fail: Uint8Array.of(9),
  spin: Uint8Array.of(10),
  missing: Uint8Array.of(11),
};

export function tinyExtrinsic(...operations: Uint8Array[]): Uint8Array {
  return lengthPrefixed(Buffer.concat(operations));
}

/** A raw specification of a chain of the tiny runtime. */
export function tinySpec(
  code: Uint8Array,
  top: Record<string, string> = {},
  children: Record<string, Record<string, string>> = {},
): { text: string; source: GenesisSource } {
  const hexOf = (record: Record<string, string>) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [keyHex(key), keyHex(value)]));
  const raw = {
    top: { ...hexOf(top), [keyHex(':code')]: hex(code) },
    childrenDefault: Object.fromEntries(Object.entries(children).map(([name, child]) => [keyHex(name), hexOf(child)])),
  };
  const text = JSON.stringify({ name: 'Tiny', genesis: { raw } });
  return { text, source: { kind: 'raw', spec: parseRawSpec(text), text } };
}

export interface TinyChain extends Disposable {
  readonly chain: Chain;
  /** One block with an extrinsic for each list of operations. */
  block(...extrinsics: Uint8Array[][]): ReturnType<Chain['build']>;
}

export function openTiny(
  folder: string,
  source: GenesisSource,
  options: { keepBlocks?: number; log?: Log; callLimitMs?: number } = {},
): TinyChain {
  let nowMs = 1_800_000_000_000;
  const chain = Chain.open({
    folder,
    source,
    runtimes: new Runtimes({ signatures: new SignatureCache(), callLimitMs: options.callLimitMs ?? 30_000 }),
    keepBlocks: options.keepBlocks,
    clock: { nowMs: () => (nowMs += 10) },
    log: options.log ?? silentLog,
  });
  return {
    chain,
    block(...extrinsics) {
      const rest = extrinsics.map(operations => ({ bytes: tinyExtrinsic(...operations) }));
      return chain.build({
        next: () => rest.shift(),
        rejected: ({ reason }) => {
          throw new Error(`an extrinsic was refused: ${reason}`);
        },
      });
    },
    [Symbol.dispose]: () => chain.close(),
  };
}

/** The spec version that `Metadata_metadata` of the tiny runtime names. */
export function specOf(metadata: Uint8Array): number {
  return Buffer.from(metadata).readUInt32LE(metadata.length - 4);
}
