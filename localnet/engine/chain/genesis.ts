import { messageOf } from '../../../src/base/errors.js';
import { hex, join, type Key, keyHex, lengthPrefixed, Reader, toKey, unhex } from '../codec.js';
import { engineError } from '../errors.js';
import type { Fork } from '../fork/open.js';
import { mergeJson } from '../json.js';
import { NOTHING } from '../runtime/executor.js';
import { blake2b256 } from '../runtime/host/crypto-library.js';
import { CODE_KEY, type Runtime, type Runtimes } from '../runtime/runtime.js';
import { childPrefix, childRootKey, childRoots, isChildEntry, isReserved } from '../state/child.js';
import { Overlay } from '../state/overlay.js';
import { orderedRoot, type StateVersion } from '../state/trie.js';
import { type Block, encodeHeader, makeBlock } from './header.js';

/** Where a chain begins: a runtime that can build its own first state, a raw chain specification, all entries of it, or another chain. */
export type GenesisSource =
  | { kind: 'runtime'; code: Uint8Array; preset: string; defaults: string; patch: string }
  | { kind: 'raw'; spec: RawSpec; text: string }
  /** `header`: of the block whose state it is, in hexadecimal, when that is not block 0. */
  | { kind: 'stored'; read(): Map<Key, Uint8Array>; header?: string | undefined }
  | { kind: 'fork'; fork: Fork };

export interface RawSpec {
  name?: string;
  id?: string;
  properties?: Record<string, unknown>;
  /** Of a dump: the header of the block whose state it is, in hexadecimal. */
  localnet?: { header?: string };
  genesis: { raw: { top: Record<string, string>; childrenDefault?: Record<string, Record<string, string>> } };
}

/** Checks the outline of a raw chain specification. */
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
  const children: unknown = spec.genesis.raw.childrenDefault ?? {};
  if (!isRecord(children) || !Object.values(children).every(isRecord)) {
    throw engineError('bad_genesis', 'genesis.raw.childrenDefault has to hold an object for each child trie');
  }
  return spec;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All keys and values of the first state, those of child tries and their roots among them. */
export function buildGenesis(source: GenesisSource, runtimes: Runtimes): Map<Key, Uint8Array> {
  if (source.kind === 'stored') return source.read();
  if (source.kind === 'fork') throw engineError('bad_genesis', 'the first state of a fork is elsewhere');
  const values = source.kind === 'raw' ? rawValues(source.spec) : builtValues(source, runtimes);
  const runtime = runtimes.of({ get: key => values.get(key) ?? null });
  if (![...values.keys()].some(isChildEntry)) return values;
  const roots = childRoots(values, runtime.version.stateVersion);
  for (const [key, root] of roots) values.set(key, root);
  return values;
}

/** What a raw specification holds; roots of children in it are left out, they follow from the children. */
function rawValues(spec: RawSpec): Map<Key, Uint8Array> {
  const { top, childrenDefault = {} } = spec.genesis.raw;
  const values = new Map<Key, Uint8Array>();
  const roots = new Set<Key>();
  for (const [key, value] of entriesOf(top, 'top')) {
    if (isReserved(key)) roots.add(key);
    else values.set(key, value);
  }
  for (const [nameHex, child] of Object.entries(childrenDefault)) {
    const name = toKey(bytesIn(nameHex, 'childrenDefault'));
    for (const [key, value] of entriesOf(child, `childrenDefault.${nameHex}`))
      values.set(childPrefix(name) + key, value);
    roots.delete(childRootKey(name));
  }
  for (const key of roots) {
    throw engineError(
      'bad_genesis',
      `genesis.raw.top has the root of a child trie that childrenDefault lacks: ${keyHex(key)}`,
    );
  }
  return values;
}

function entriesOf(record: Record<string, unknown>, where: string): [Key, Uint8Array][] {
  return Object.entries(record).map(([key, value]) => [toKey(bytesIn(key, where)), bytesIn(value, `${where}.${key}`)]);
}

function bytesIn(value: unknown, where: string): Uint8Array {
  try {
    if (typeof value === 'string') return unhex(value);
  } catch {
    // Said below.
  }
  const shown = String(value).slice(0, 80);
  throw engineError('bad_genesis', `genesis.raw.${where.slice(0, 200)} is not 0x-hexadecimal: ${shown}`);
}

function builtValues(source: Extract<GenesisSource, { kind: 'runtime' }>, runtimes: Runtimes): Map<Key, Uint8Array> {
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
  if (source.kind === 'stored') return 'stored';
  if (source.kind === 'fork') return `fork of ${source.fork.hash}`;
  const text =
    source.kind === 'raw' ? `raw ${source.text}` : `runtime ${source.preset} ${mergeJson('{}', source.patch)}`;
  return hex(blake2b256(Buffer.from(text)));
}
