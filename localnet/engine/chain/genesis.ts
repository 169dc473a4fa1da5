import { messageOf } from '../../../src/base/errors.js';
import { hex, join, type Key, lengthPrefixed, Reader, toKey, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import { mergeJson } from '../json.js';
import { NOTHING } from '../runtime/executor.js';
import { blake2b256 } from '../runtime/host/crypto-library.js';
import { CODE_KEY, type Runtime, type Runtimes } from '../runtime/runtime.js';
import { Overlay } from '../state/overlay.js';
import { orderedRoot, type StateVersion } from '../state/trie.js';
import { type Block, encodeHeader, makeBlock } from './header.js';

/** Where a chain begins: a runtime that can build its own first state, or a raw chain specification. */
export type GenesisSource =
  | { kind: 'runtime'; code: Uint8Array; preset: string; defaults: string; patch: string }
  | { kind: 'raw'; spec: RawSpec; text: string };

export interface RawSpec {
  name?: string;
  id?: string;
  properties?: Record<string, unknown>;
  genesis: { raw: { top: Record<string, string> } };
}

/** Checks a raw chain specification; child tries are not supported. */
export function parseRawSpec(text: string): RawSpec {
  let spec: RawSpec;
  try {
    spec = JSON.parse(text) as RawSpec;
  } catch (error) {
    throw engineError('bad_genesis', `the chain specification is not JSON: ${messageOf(error)}`);
  }
  const top = spec?.genesis?.raw?.top;
  if (typeof top !== 'object' || top === null) {
    throw engineError('bad_genesis', 'the chain specification has no genesis.raw.top: a raw one is needed');
  }
  const children = (spec.genesis.raw as { childrenDefault?: object }).childrenDefault;
  if (children && Object.keys(children).length > 0) {
    throw engineError('bad_genesis', 'the chain specification has child tries, which this engine does not support');
  }
  return spec;
}

/** All keys and values of the first state. */
export function buildGenesis(source: GenesisSource, runtimes: Runtimes): Map<Key, Uint8Array> {
  if (source.kind === 'raw') {
    const entries = Object.entries(source.spec.genesis.raw.top);
    return new Map(entries.map(([key, value]) => [toKey(unhex(key)), unhex(value)]));
  }
  const runtime = runtimes.of({ get: () => source.code });
  const json = mergeJson(preset(runtime, undefined), preset(runtime, source.preset), source.defaults, source.patch);
  const state = new Overlay(NOTHING);
  const answer = new Reader(
    runtime.executor.call(state, 'GenesisBuilder_build_state', lengthPrefixed(Buffer.from(json))),
  );
  if (answer.u8() !== 0) throw engineError('bad_genesis', `the runtime refuses its genesis: ${answer.text()}`);
  const values = new Map<Key, Uint8Array>([[CODE_KEY, source.code]]);
  for (const [key, value] of state.changes()) if (value !== null) values.set(key, value);
  return values;
}

/** The JSON of a preset; without a name, the default configuration. */
function preset(runtime: Runtime, name: string | undefined): string {
  const argument =
    name === undefined ? Uint8Array.of(0) : join(Uint8Array.of(1), lengthPrefixed(Buffer.from(name, 'utf8')));
  const answer = new Reader(runtime.constant('GenesisBuilder_get_preset', argument));
  if (answer.u8() === 1) return answer.text();
  if (name === undefined) return '{}';
  const names = new Reader(runtime.constant('GenesisBuilder_preset_names', new Uint8Array()));
  const known = Array.from({ length: names.compact() }, () => names.text());
  throw engineError('bad_genesis', `the runtime has no preset ${name}; it has ${known.join(', ') || 'none'}`);
}

/** Block 0: no parent, no extrinsics, no digest. */
export function genesisBlock(stateRoot: Uint8Array, version: StateVersion): Block {
  const extrinsicsRoot = orderedRoot([], version);
  return makeBlock(
    encodeHeader({ parentHash: new Uint8Array(32), number: 0, stateRoot, extrinsicsRoot, digest: [] }),
    [],
  );
}

/** Tells two sources apart, for a data folder that belongs to one. Code and defaults are left out: a chain keeps its own. */
export function sourceId(source: GenesisSource): string {
  const text =
    source.kind === 'raw' ? `raw ${source.text}` : `runtime ${source.preset} ${mergeJson('{}', source.patch)}`;
  return hex(blake2b256(Buffer.from(text)));
}
