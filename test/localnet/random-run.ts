import { calculate_state_root } from '@acala-network/chopsticks-executor';
import type { Candidates, Rejection } from '../../localnet/engine/chain/block-builder.js';
import type { Chain } from '../../localnet/engine/chain/chain.js';
import { aliceKeys } from '../../localnet/engine/chain/transaction.js';
import {
  compact,
  compactBig,
  hex,
  join,
  keyHex,
  lengthPrefixed,
  Reader,
  toKey,
  unhex,
} from '../../localnet/engine/codec.js';
import {
  blake2b,
  blake2b256,
  sr25519FromSeed,
  sr25519Sign,
  twox,
} from '../../localnet/engine/runtime/host/crypto-library.js';
import type { StateReader } from '../../localnet/engine/state/overlay.js';
import { u32le } from '../../src/base/bytes.js';
import { openChain } from './fixture.js';
import { Dice, RandomCalls } from './random-calls.js';

const ACCOUNTS = 16;
/** What an account gets when it has little: a hundred TAO. */
const FUNDS = 100_000_000_000n;
/** Enough for a hundred thousand times that. */
const TREASURY = 14_000_000_000_000_000n;
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const PATCH = `{"balances":{"balances":[["${ALICE}",${TREASURY + 500_000_000_000_000n}]]}}`;
/** A call that pays too much for its weight would otherwise leave its account with nothing. */
const REFILL_BELOW = 1_000_000_000n;
/** What the swap of a coldkey and its dispute answer. Source: `CustomTransactionError`. */
const FROZEN = /Custom error: (0|21)$/;
const NONE = new Uint8Array();
const ACCOUNT = toKey(twox(Buffer.from('System'), 2)) + toKey(twox(Buffer.from('Account'), 2));
const EVENTS = toKey(twox(Buffer.from('System'), 2)) + toKey(twox(Buffer.from('Events'), 2));

interface Keys {
  secret: Uint8Array;
  publicKey: Uint8Array;
}

export interface RandomRunOptions {
  /** Where the chain lies, and where it is made again. */
  folder: string;
  replayFolder: string;
  seed: number;
  /** Calls to be included at least. */
  calls: number;
  callsPerBlock: number;
  /** Random points at which the state root is compared; one is added for each kind of call when it first succeeds. */
  rootPoints: number;
  onProgress?: (included: number) => void;
}

export interface RandomRunResult {
  blocks: number;
  included: number;
  succeeded: number;
  /** Calls that a block never took, by reason. */
  refused: Map<string, number>;
  /** What the runtime said when it panicked: there must be none. */
  panics: string[];
  /** Violated invariants, with the block: there must be none. */
  violations: string[];
  /** Kinds that succeeded, of all that there are. */
  kinds: { succeeded: ReadonlySet<string>; all: readonly string[] };
  roots: { compared: number; different: string[] };
  /** The head of the chain and of its replay from the first block. */
  head: string;
  replayedHead: string;
  replayMs: number;
}

/** Builds blocks of random calls, and holds the chain against what must be true of it. */
export async function runRandomCalls(options: RandomRunOptions): Promise<RandomRunResult> {
  using test = openChain(options.folder, { patch: PATCH });
  const { chain } = test;
  const dice = new Dice(options.seed);
  const signers = [aliceKeys(), ...Array.from({ length: ACCOUNTS - 1 }, () => sr25519FromSeed(dice.bytes(32)))];
  // Never named in a call, so that nobody can take what it has.
  const treasury = sr25519FromSeed(dice.bytes(32));
  const metadata = new Reader(chain.runtime.constant('Metadata_metadata', NONE)).vec().slice();
  const accounts = signers.map(({ publicKey }) => publicKey);
  const random = new RandomCalls(metadata, dice, accounts);
  /** An account whose coldkey swap is disputed can do nothing any more: a new one takes its place. */
  const replace = (index: number) => {
    signers[index] = sr25519FromSeed(dice.bytes(32));
    accounts[index] = signers[index].publicKey;
  };
  const result: RandomRunResult = {
    blocks: 0,
    included: 0,
    succeeded: 0,
    refused: new Map(),
    panics: [],
    violations: [],
    kinds: { succeeded: new Set(), all: random.kinds.map(({ name }) => name) },
    roots: { compared: 0, different: [] },
    head: '',
    replayedHead: '',
    replayMs: 0,
  };
  const toTreasury = test.transfer(treasury.publicKey, TREASURY, 0);
  chain.build({
    next: once(toTreasury),
    rejected: ({ reason }) => result.panics.push(`the first transfer: ${reason}`),
  });
  const blocksExpected = Math.ceil(options.calls / options.callsPerBlock);
  const points = new Set(Array.from({ length: options.rootPoints }, () => 1 + dice.below(blocksExpected)));
  const succeeded = result.kinds.succeeded as Set<string>;
  while (result.included < options.calls) {
    // Epochs, cool-downs and delays need blocks to pass.
    if (dice.chance(0.02))
      for (let i = dice.below(60); i > 0; i--) chain.build({ next: () => undefined, rejected() {} });
    const kinds: string[] = [];
    const candidates = makeCandidates(chain, {
      random,
      signers,
      treasury,
      kinds,
      count: options.callsPerBlock,
      result,
      frozen: replace,
    });
    chain.build(candidates);
    result.included += kinds.length;
    result.blocks = chain.head.header.number;
    const fresh = outcomes(chain.state, random, kinds);
    result.succeeded += fresh.length;
    const isNew = fresh.some(kind => !succeeded.has(kind));
    for (const kind of fresh) succeeded.add(kind);
    const broken = new Reader(chain.runtime.view(chain.state, 'InvariantsApi_check', NONE));
    if (broken.u8() !== 0) result.violations.push(`block ${result.blocks} (${kinds.join(', ')}): ${broken.text()}`);
    if (isNew || points.has(result.blocks)) await compareRoot(chain, result);
    options.onProgress?.(result.included);
    if (result.violations.length > 5 || result.panics.length > 20) break;
  }
  result.head = chain.head.hash;
  using replay = openChain(options.replayFolder, { patch: PATCH });
  const started = performance.now();
  for (let number = 1; number <= result.blocks; number++) replay.chain.import(chain.block(number)!);
  result.replayMs = performance.now() - started;
  result.replayedHead = replay.chain.head.hash;
  return result;
}

function once(bytes: Uint8Array): Candidates['next'] {
  const rest = [{ bytes }];
  return () => rest.pop();
}

function makeCandidates(
  chain: Chain,
  work: {
    random: RandomCalls;
    signers: readonly Keys[];
    treasury: Keys;
    kinds: string[];
    count: number;
    result: RandomRunResult;
    frozen: (account: number) => void;
  },
): Candidates {
  const { random, signers, treasury, kinds, count, result, frozen } = work;
  const accounts = signers.map(({ publicKey }) => accountOf(chain.state, publicKey));
  const poor = signers.flatMap((_, i) => (accounts[i]!.free < REFILL_BELOW ? [i] : []));
  const payer = accountOf(chain.state, treasury.publicKey);
  let offered = 0;
  let last: { account: { nonce: number }; kind: string; signer: number | undefined } | undefined;
  return {
    next() {
      if (offered++ >= count) return undefined;
      const refill = poor.pop();
      let { bytes, kind, signer } = random.call();
      if (refill !== undefined) {
        kind = random.kinds.find(({ name }) => name === 'Balances.transfer_keep_alive')!;
        bytes = join(kind.index, Uint8Array.of(0), signers[refill]!.publicKey, compactBig(FUNDS));
      }
      kinds.push(kind.name);
      last =
        refill === undefined
          ? { account: accounts[signer]!, kind: kind.name, signer }
          : { account: payer, kind: kind.name, signer: undefined };
      return {
        bytes: sign(chain, random, refill === undefined ? signers[signer]! : treasury, last.account.nonce++, bytes),
      };
    },
    rejected({ reason }: Rejection) {
      kinds.pop();
      last!.account.nonce--;
      // Bytes that are no call (a list above its bound) are refused by a panic of the runtime's own.
      if (reason.startsWith('BlockBuilder_') && !reason.includes('Codec error'))
        result.panics.push(`${last!.kind}: ${reason}`);
      result.refused.set(reason, (result.refused.get(reason) ?? 0) + 1);
      // Account 0 has the sudo key, and nobody can announce a swap for it.
      if (FROZEN.test(reason) && last!.signer) {
        frozen(last!.signer);
        accounts[last!.signer] = accountOf(chain.state, signers[last!.signer]!.publicKey);
      }
    },
  };
}

function accountOf(state: StateReader, who: Uint8Array): { nonce: number; free: bigint } {
  const value = state.get(ACCOUNT + toKey(blake2b(who, 16)) + toKey(who));
  return value ? { nonce: new Reader(value).u32(), free: new Reader(value, 16).u64() } : { nonce: 0, free: 0n };
}

/** An immortal transaction without a tip. */
function sign(chain: Chain, { registry }: RandomCalls, keys: Keys, nonce: number, call: Uint8Array): Uint8Array {
  const { specVersion, transactionVersion } = chain.runtime.version;
  const genesis = unhex(chain.genesisHash);
  const explicit: Record<string, Uint8Array> = {
    CheckMortality: Uint8Array.of(0),
    CheckNonce: compact(nonce),
    ChargeTransactionPayment: Uint8Array.of(0),
    CheckMetadataHash: Uint8Array.of(0),
  };
  const implicit: Record<string, Uint8Array> = {
    CheckSpecVersion: u32le(specVersion),
    CheckTxVersion: u32le(transactionVersion),
    CheckGenesis: genesis,
    CheckMortality: genesis,
    CheckMetadataHash: Uint8Array.of(0),
  };
  const extra = join(...registry.signedExtensions.map(name => explicit[name] ?? NONE));
  const payload = join(call, extra, ...registry.signedExtensions.map(name => implicit[name] ?? NONE));
  const signature = sr25519Sign(keys, payload.length > 256 ? blake2b256(payload) : payload);
  return lengthPrefixed(join(Uint8Array.of(0x84, 0), keys.publicKey, Uint8Array.of(1), signature, extra, call));
}

/** Which of a block's calls succeeded; a call through sudo only when what it wraps did. */
function outcomes(state: StateReader, random: RandomCalls, kinds: readonly string[]): string[] {
  const events = random.registry.createType('Vec<FrameSystemEventRecord>', state.get(EVENTS)!) as unknown as {
    phase: { isApplyExtrinsic: boolean; asApplyExtrinsic: { toNumber(): number } };
    event: { section: string; method: string; data: { toHuman(): unknown; toHex(): string }[] };
  }[];
  const good: string[] = [];
  const failedInside = new Set<number>();
  const inherents = 1;
  for (const { phase, event } of events) {
    if (!phase.isApplyExtrinsic) continue;
    const at = phase.asApplyExtrinsic.toNumber() - inherents;
    if (event.section === 'sudo' && event.data[0]?.toHex().startsWith('0x00') === false) failedInside.add(at);
    if (event.section === 'system' && event.method === 'ExtrinsicSuccess' && at >= 0 && !failedInside.has(at)) {
      good.push(kinds[at]!);
    }
  }
  return good;
}

async function compareRoot(chain: Chain, { roots }: RandomRunResult): Promise<void> {
  const entries: [string, string][] = [];
  for (let key = chain.state.next(''); key !== null; key = chain.state.next(key)) {
    entries.push([keyHex(key), hex(chain.state.get(key)!)]);
  }
  const theirs = (await calculate_state_root(entries, chain.runtime.version.stateVersion)) as string;
  const { number, stateRoot } = chain.head.header;
  roots.compared++;
  if (theirs !== hex(stateRoot)) roots.different.push(`block ${number}: ${hex(stateRoot)}, smoldot has ${theirs}`);
}
