import { join as path } from 'node:path';
import type { Chain } from '../localnet/engine/chain/chain.js';
import { buildGenesis } from '../localnet/engine/chain/genesis.js';
import { encodeHeader, preRuntimeDigest } from '../localnet/engine/chain/header.js';
import { aliceKeys, signByAlice } from '../localnet/engine/chain/transaction.js';
import { compact, join, type Key, Reader, toKey, unhex } from '../localnet/engine/codec.js';
import { twox } from '../localnet/engine/runtime/host/crypto-library.js';
import { readMetadata } from '../localnet/engine/runtime/metadata.js';
import type { Runtimes } from '../localnet/engine/runtime/runtime.js';
import { Overlay } from '../localnet/engine/state/overlay.js';
import { encodeAddress } from '../src/base/index.js';
import { median } from './measure.js';
import { freshRuntimes, openOwnChain, ownSource } from './own-chain.js';
import type { Row } from './row.js';

const NETUID = 1;
const ROUNDS = 15;
const ZERO = new Uint8Array(32);

export interface LargeSubnet {
  neurons: number;
  validators: number;
  yuma3: boolean;
  liquidAlpha?: boolean;
  /** Blocks between two epochs; default 1. */
  tempo?: number;
}

/** Epochs and weights of large subnets: the wasm call of the block in which they are. */
export function epochs(folder: string): Row[] {
  const runtimes = freshRuntimes();
  const open = (name: string, subnet: LargeSubnet) => {
    const source = { kind: 'stored', read: () => largeSubnetState(runtimes, subnet) } as const;
    return openOwnChain(path(folder, name), source, runtimes);
  };
  const rows: Row[] = [];
  const cases: [name: string, subnet: LargeSubnet, goal?: string][] = [
    ['epoch, 256 neurons, dense weights', { neurons: 256, validators: 256, yuma3: true }, '30 ms'],
    ['the same with Yuma 2', { neurons: 256, validators: 256, yuma3: false }, '30 ms'],
    ['the same with liquid alpha', { neurons: 256, validators: 256, yuma3: true, liquidAlpha: true }],
    ['epoch, 1,024 neurons, 64 validators', { neurons: 1024, validators: 64, yuma3: true }, '150 ms'],
    ['epoch, 4,096 neurons, 64 validators', { neurons: 4096, validators: 64, yuma3: true }],
  ];
  for (const [name, subnet, goal] of cases) {
    const chain = open(String(rows.length), subnet);
    const times = Array.from({ length: ROUNDS }, () => initializeBlock(chain));
    rows.push({ name, value: median(times), unit: 'ms', ...(goal ? { goal } : {}), note: `median of ${ROUNDS}` });
    if (rows.length === 1) rows.push(settingWeights(chain));
    chain.close();
  }
  return rows;
}

/** The call that begins block 1, in which the epoch is; what it writes is dropped. */
function initializeBlock(chain: Chain): number {
  const state = new Overlay(chain.state);
  const started = performance.now();
  begin(chain, state);
  return performance.now() - started;
}

function begin(chain: Chain, state: Overlay): void {
  const slot = new Uint8Array(8).fill(1);
  const digest = [preRuntimeDigest('aura', slot)];
  const parentHash = unhex(chain.head.hash);
  const header = encodeHeader({ parentHash, number: 1, stateRoot: ZERO, extrinsicsRoot: ZERO, digest });
  chain.runtime.executor.call(state, 'Core_initialize_block', header);
}

/** A signed `set_weights` of 256 weights, applied; its signature is known. */
function settingWeights(chain: Chain): Row {
  const { runtime, genesisHash } = chain;
  const metadata = readMetadata(new Reader(runtime.constant('Metadata_metadata', new Uint8Array())).vec());
  const { pallet, call } = metadata.call('SubtensorModule', 'set_weights')!;
  const uids = Array.from({ length: 256 }, (_, uid) => uid);
  const list = (values: number[]) => join(compact(values.length), ...values.map(u16));
  const weights = list(uids.map(uid => uid * 200 + 7));
  const args = [u16(NETUID), list(uids), weights, new Uint8Array(8)];
  const bytes = join(Uint8Array.of(pallet, call), ...args);
  const extrinsic = signByAlice({ metadata, version: runtime.version, genesisHash, call: bytes, nonce: 0 });
  const times = Array.from({ length: ROUNDS }, () => {
    const state = new Overlay(chain.state);
    begin(chain, state);
    const started = performance.now();
    const answer = runtime.executor.call(state, 'BlockBuilder_apply_extrinsic', extrinsic);
    const ms = performance.now() - started;
    if (answer[0] !== 0 || answer[1] !== 0) throw new Error(`set_weights was refused: ${answer.join()}`);
    return ms;
  });
  return { name: 'set_weights of 256 weights', value: median(times), unit: 'ms', goal: '20 ms' };
}

/** State of a chain with a subnet in which every validator has weights for everybody, and bonds. With tempo 1 the first block has an epoch. */
export function largeSubnetState(runtimes: Runtimes, subnet: LargeSubnet): Map<Key, Uint8Array> {
  const uids = Array.from({ length: subnet.neurons }, (_, uid) => uid);
  const neurons = uids.map(uid => ({
    netuid: NETUID,
    hotkey: encodeAddress(account(uid, 1)),
    coldkey: encodeAddress(account(uid, 2)),
    stake: uid < subnet.validators ? 1_000_000_000 + uid * 1_234_567 : 0,
  }));
  const settings = {
    netuid: NETUID,
    tempo: subnet.tempo ?? 1,
    maxAllowedUids: subnet.neurons,
    maxAllowedValidators: subnet.validators,
    yuma3: subnet.yuma3,
    liquidAlpha: subnet.liquidAlpha ?? false,
  };
  const patch = JSON.stringify({ subtensorModule: { subnets: [settings], neurons } });
  const values = buildGenesis(ownSource(patch), runtimes);
  const row = (from: number, seed: number) =>
    join(compact(uids.length), ...uids.map(to => join(u16(to), u16((from * 7919 + to * 104_729 + seed) & 0xffff))));
  for (const uid of uids.slice(0, subnet.validators)) {
    values.set(item('Weights', u16(NETUID), u16(uid)), row(uid, 1));
    values.set(item('Bonds', u16(NETUID), u16(uid)), row(uid, 2));
  }
  const all = (value: (uid: number) => Uint8Array) => join(compact(uids.length), ...uids.map(value));
  const isValidator = (uid: number) => Uint8Array.of(uid < subnet.validators ? 1 : 0);
  values.set(item('ValidatorPermit', u16(NETUID)), all(isValidator));
  const block = new Uint8Array(8);
  block[0] = 1;
  values.set(
    item('LastUpdate', u16(NETUID)),
    all(() => block),
  );
  // Bonds are older than the first block, and newer than every registration.
  values.set(item('LastMechansimStepBlock', u16(NETUID)), block);
  return values;
}

/** Alice is the first hotkey; the others are nobody's. */
function account(uid: number, kind: number): Uint8Array {
  if (uid === 0 && kind === 1) return aliceKeys().publicKey;
  const bytes = new Uint8Array(32).fill(kind);
  new DataView(bytes.buffer).setUint32(0, uid);
  return bytes;
}

/** The key of a storage map whose hashers are `Identity`. */
function item(name: string, ...keys: Uint8Array[]): Key {
  const prefix = (text: string) => twox(Buffer.from(text), 2);
  return toKey(join(prefix('SubtensorModule'), prefix(name), ...keys));
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8);
}
