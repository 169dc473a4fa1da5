import { hex, type Key, keyHex, Reader } from '../../codec.js';
import { childNameIn, childPrefix, entriesOfTrie, keyInChild } from '../../state/child.js';
import type { Engine, Methods } from '../family.js';
import { stateOf } from '../family.js';
import { bytesOf } from '../params.js';
import { RpcError } from '../rpc-error.js';

/** Of keys and values: twice as many characters, which have to fit into one text of at most 512 Mi. */
const DUMP_BYTES = 128 * 2 ** 20;
const CHECK = 'InvariantsApi_check';

/** The state as a whole. */
export function stateMethods({ chain, about }: Engine): Methods {
  return {
    /** A raw chain specification to begin another chain with; block 0 of that one then has this state's root. */
    dev_dumpState(params) {
      const at = params.field(0, 'at', 'at');
      const { state, number } = stateOf(chain, at === undefined ? undefined : bytesOf(at, 'at'));
      const top: Record<string, string> = {};
      const childrenDefault: Record<string, Record<string, string>> = {};
      let bytes = 0;
      const put = (into: Record<string, string>, key: Key, value: Uint8Array) => {
        bytes += key.length + value.length;
        if (bytes > DUMP_BYTES) {
          throw new RpcError(
            -32000,
            `the state is larger than ${DUMP_BYTES / 2 ** 20} MiB: copy the data folder instead`,
          );
        }
        into[keyHex(key)] = hex(value);
      };
      for (const [key, value] of entriesOfTrie(state, '')) {
        const child = childNameIn(key);
        // The roots of children follow from them.
        if (child === undefined) put(top, key, value!);
        else {
          const entries: Record<string, string> = {};
          for (const [entry, held] of entriesOfTrie(state, childPrefix(child))) put(entries, keyInChild(entry), held!);
          childrenDefault[keyHex(child)] = entries;
        }
      }
      const { chainName: name, properties } = about;
      const id = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_block_${number}`;
      return { name, id, chainType: 'Local', bootNodes: [], properties, genesis: { raw: { top, childrenDefault } } };
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
