import { hex, type Key, keyHex, toKey } from '../../codec.js';
import { badCount, clientError } from '../../rpc-error.js';
import { blake2b256 } from '../../runtime/host/crypto-library.js';
import { childNameIn, childPrefix, childRootKey, keyInChild } from '../../state/child.js';
import { AnswerSize } from '../answer-size.js';
import { type Engine, type Family, stateOf } from '../family.js';
import { firstKeys, KEYS_AT_MOST, keysBelow } from '../keys.js';
import type { Params } from '../params.js';

/** Reads of child tries, which are named by the key of their root in the top trie. Source: sc-rpc-api, child_state/mod.rs. */
export function childStateFamily({ chain }: Engine): Family {
  const at = (params: Params, index: number) => stateOf(chain, params.optionalBytes(index, 'block hash'));
  const show = (value: Uint8Array | null) => (value === null ? null : hex(value));
  const read = (params: Params) => at(params, 2).state.get(childPrefix(nameOf(params)) + toKey(params.bytes(1, 'key')));
  const keyHexes = (entries: Iterable<Key>) => {
    const size = new AnswerSize();
    return Array.from(entries, entry => size.counted(keyHex(keyInChild(entry))));
  };
  const below = (params: Params, blockAt: number, after?: Key) => {
    const space = childPrefix(nameOf(params));
    const prefix = params.optionalBytes(1, 'prefix');
    const start = after === undefined ? undefined : space + after;
    return keysBelow(at(params, blockAt).state, space + (prefix ? toKey(prefix) : ''), start);
  };
  return {
    methods: {
      childstate_getKeys: params => keyHexes(below(params, 2)),
      childstate_getKeysPaged(params) {
        const count = params.count(2, 'count');
        if (count > KEYS_AT_MOST) throw badCount(count, KEYS_AT_MOST);
        const start = params.optionalBytes(3, 'start key');
        return keyHexes(firstKeys(below(params, 4, start && toKey(start)), count));
      },
      childstate_getStorage: params => show(read(params)),
      childstate_getStorageEntries(params) {
        const space = childPrefix(nameOf(params));
        const keys = params.bytesList(1, 'keys');
        const { state } = at(params, 2);
        const size = new AnswerSize();
        return keys.map(key => size.counted(show(state.get(space + toKey(key)))));
      },
      childstate_getStorageHash(params) {
        const value = read(params);
        return value === null ? null : hex(blake2b256(value));
      },
      childstate_getStorageSize: params => read(params)?.length ?? null,
      state_getChildReadProof(params) {
        const name = nameOf(params);
        const { state, hash } = at(params, 2);
        const keys = params.bytesList(1, 'keys').map(toKey);
        const version = chain.runtimeOf(state).version.stateVersion;
        // The way to the child's root, and from there on.
        const proof = [...state.trie(version).proof([childRootKey(name)]), ...state.child(name, version).proof(keys)];
        return { at: hash, proof: [...new Set(proof.map(hex))] };
      },
    },
  };
}

function nameOf(params: Params): Key {
  const name = childNameIn(toKey(params.bytes(0, 'child storage key')));
  if (name === undefined) throw clientError('Invalid child storage key');
  return name;
}
