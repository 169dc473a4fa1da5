import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Chain } from '../../chain/chain.js';
import { hex, type Key, keyHex, Reader } from '../../codec.js';
import { RpcError, stateDiscarded } from '../../rpc-error.js';
import { childNameIn, childPrefix, keyInChild } from '../../state/child.js';
import type { StateReader } from '../../state/overlay.js';
import type { Engine, Methods } from '../family.js';
import { stateOf } from '../family.js';
import { bytesOf } from '../params.js';

/** An answer has 32 MiB at most. */
const DUMP_CHARACTERS = 31 * 2 ** 20;
/** Around the digits of a key and a value: quotes, 0x, colon, comma. */
const ENTRY_CHARACTERS = 10;
/** Going through a state gives others a turn after so long, or so much: of a fork, each page may have to be fetched. */
const TURN_MS = 10;
const TURN_ENTRIES = 500;
const CHECK = 'InvariantsApi_check';

/** The state as a whole. */
export function stateMethods({ chain, about }: Engine): Methods {
  return {
    /** A raw chain specification to begin another chain with: its first block then is this one. */
    async dev_dumpState(params) {
      const at = params.field(0, 'at', 'at');
      const { number, hash } = stateOf(chain, at === undefined ? undefined : bytesOf(at, 'at'));
      const { encodedHeader } = chain.block(number)!;
      const entriesOf = (prefix: Key) => entriesInTurns(chain, { number, hash }, prefix);
      const top: Record<string, string> = {};
      const childrenDefault: Record<string, Record<string, string>> = {};
      let characters = 0;
      const put = (into: Record<string, string>, key: Key, value: Uint8Array) => {
        characters += 2 * (key.length + value.length) + ENTRY_CHARACTERS;
        if (characters > DUMP_CHARACTERS) {
          throw new RpcError(
            -32000,
            `the state does not fit into one answer (${DUMP_CHARACTERS / 2 ** 20} MiB, 15 MiB of keys and values): copy the data folder of the stopped chain instead`,
          );
        }
        into[keyHex(key)] = hex(value);
      };
      for await (const [key, value] of entriesOf('')) {
        const child = childNameIn(key);
        // The roots of children follow from them.
        if (child === undefined) put(top, key, value);
        else {
          const entries: Record<string, string> = {};
          for await (const [entry, held] of entriesOf(childPrefix(child))) put(entries, keyInChild(entry), held);
          childrenDefault[keyHex(child)] = entries;
        }
      }
      const { chainName: name, properties } = about;
      const id = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_block_${number}`;
      // A chain that begins with this state begins with this block.
      const localnet = { header: hex(encodedHeader) };
      const raw = { top, childrenDefault };
      return { name, id, chainType: 'Local', bootNodes: [], properties, localnet, genesis: { raw } };
    },
    dev_checkInvariants() {
      if (!chain.runtime.executor.has(CHECK)) {
        throw new RpcError(-32000, `this runtime has no ${CHECK}, so it does not say what has to be true`);
      }
      // `Result<(), String>`
      const answer = new Reader(chain.runtime.view(chain.state, CHECK, new Uint8Array()));
      const problems = answer.u8() === 0 ? [] : [answer.text()];
      return { ok: problems.length === 0, problems };
    },
  };
}

/** Of the state after a block, which may be gone when its turn comes again. */
async function* entriesInTurns(
  chain: Chain,
  { number, hash }: { number: number; hash: string },
  prefix: Key,
): AsyncGenerator<[Key, Uint8Array]> {
  let head: string | undefined;
  let state: StateReader | undefined;
  // What reads a state is good until the next block.
  const reader = () => {
    if (!state || chain.head.hash !== head) {
      head = chain.head.hash;
      state = chain.hashAt(number) === hash ? chain.stateAt(number) : undefined;
      if (!state) throw stateDiscarded(hash);
    }
    return state;
  };
  let until = performance.now() + TURN_MS;
  let left = TURN_ENTRIES;
  for (let key = reader().has(prefix) ? prefix : reader().next(prefix); key !== null; key = reader().next(key)) {
    yield [key, reader().get(key)!];
    left--;
    if (left > 0 && performance.now() < until) continue;
    await nextTurn();
    until = performance.now() + TURN_MS;
    left = TURN_ENTRIES;
  }
}
