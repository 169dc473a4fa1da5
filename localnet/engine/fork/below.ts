import { type Block, encodeHeader, makeBlock } from '../chain/header.js';
import { unhex } from '../codec.js';
import { engineError } from '../errors.js';
import type { StateReader } from '../state/overlay.js';
import type { Trie } from '../state/trie.js';
import { RemoteState } from './remote-state.js';
import type { Source } from './source.js';

const STATES_KEPT = 4;
const BLOCKS_KEPT = 64;

/** What lies before a fork: blocks and states of the source, asked for when somebody wants them. */
export class Below {
  private readonly hashes = new Map<number, string>();
  private readonly blocks = new Map<string, Block>();
  private readonly states = new Map<number, StateReader>();

  constructor(
    private readonly source: Source,
    private readonly fork: { number: number; hash: string; genesis: string },
  ) {}

  hashAt(number: number): string | undefined {
    if (number < 0 || number >= this.fork.number) return undefined;
    // Clients ask for it first of all: it is known without the source.
    const known = number === 0 ? this.fork.genesis : this.hashes.get(number);
    if (known) return known;
    const what = `block ${number}`;
    const hash = hashIn(this.source, what, this.source.ask(what, 'chain_getBlockHash', [number]));
    if (hash) keep(this.hashes, number, hash, 1024);
    return hash;
  }

  /** The number of a block of the source's chain before the fork. */
  numberOf(hash: string): number | undefined {
    const number = this.byHash(hash)?.header.number;
    return number !== undefined && this.hashAt(number) === hash ? number : undefined;
  }

  block(number: number): Block | undefined {
    const hash = this.hashAt(number);
    return hash === undefined ? undefined : this.byHash(hash);
  }

  stateAt(number: number): StateReader | undefined {
    const at = this.hashAt(number);
    if (at === undefined) return undefined;
    let state = this.states.get(number);
    if (!state) {
      const remote = new RemoteState({ source: this.source, at });
      const noTrie = (): Trie => {
        throw engineError('not_here', `the trie of block ${number} is not here: this chain was forked behind it`);
      };
      state = {
        get: key => remote.get(key),
        has: key => remote.has(key),
        next: key => remote.next(key),
        trie: noTrie,
        child: noTrie,
      };
      keep(this.states, number, state, STATES_KEPT);
    }
    return state;
  }

  private byHash(hash: string): Block | undefined {
    const known = this.blocks.get(hash);
    if (known) return known;
    const block = fetchBlock(this.source, hash);
    if (block) keep(this.blocks, hash, block, BLOCKS_KEPT);
    return block;
  }
}

/** A block of the source by its hash; undefined when it has none. What does not have that hash is nonsense. */
export function fetchBlock(source: Source, hash: string): Block | undefined {
  const what = `block ${hash}`;
  const answer = source.ask(what, 'chain_getBlock', [hash]);
  if (answer === null) return undefined;
  let block: Block;
  try {
    block = decode(answer);
  } catch (error) {
    throw source.nonsense(what, `what is no block: ${error instanceof Error ? error.message.slice(0, 200) : ''}`);
  }
  if (block.hash !== hash) throw source.nonsense(what, `a block whose hash is ${block.hash}`);
  return block;
}

export function hashIn(source: Source, what: string, answer: unknown): string | undefined {
  if (answer === null) return undefined;
  if (typeof answer === 'string' && /^0x[0-9a-f]{64}$/.test(answer)) return answer;
  throw source.nonsense(what, 'no block hash');
}

function decode(answer: unknown): Block {
  const { block } = answer as {
    block: {
      header: {
        parentHash: string;
        number: string;
        stateRoot: string;
        extrinsicsRoot: string;
        digest: { logs: string[] };
      };
      extrinsics: string[];
    };
  };
  const { header } = block;
  const encoded = encodeHeader({
    parentHash: unhex(header.parentHash),
    number: Number(header.number),
    stateRoot: unhex(header.stateRoot),
    extrinsicsRoot: unhex(header.extrinsicsRoot),
    digest: header.digest.logs.map(unhex),
  });
  return makeBlock(encoded, block.extrinsics.map(unhex));
}

function keep<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value!);
}
