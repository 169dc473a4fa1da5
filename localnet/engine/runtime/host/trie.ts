import { Reader, toKey } from '../../codec.js';
import { type Hash, orderedRoot, type StateVersion, Trie } from '../../state/trie.js';
import { verifyProof } from '../../state/trie-proof.js';
import { blake2b256, keccak256 } from './crypto-library.js';
import type { Guest, HostFunctions } from './guest.js';

/** `ext_trie_*`: roots of tries that a runtime brings, and proofs. Source: polkadot-sdk, sp-io (trait Trie). */
export function trieFunctions(guest: Guest): HostFunctions {
  return { ...ofHash(guest, 'blake2_256', blake2b256), ...ofHash(guest, 'keccak_256', keccak256) };
}

function ofHash(guest: Guest, name: string, hash: Hash): HostFunctions {
  const versionOf = (version: number): StateVersion => (version === 0 ? 0 : 1);
  const root = (items: bigint, version: StateVersion) =>
    guest.place(Trie.of(pairs(guest.read(items)), version, hash).root);
  const ordered = (items: bigint, version: StateVersion) =>
    guest.place(orderedRoot(list(new Reader(guest.read(items))), version, hash));
  const verify = (statement: { root: number; proof: bigint; key: bigint; value: bigint; version: StateVersion }) =>
    verifyProof({
      root: guest.at(statement.root, 32),
      proof: list(new Reader(guest.read(statement.proof))),
      key: guest.read(statement.key),
      value: guest.read(statement.value),
      version: statement.version,
      hash,
    })
      ? 1
      : 0;
  return {
    [`ext_trie_${name}_root_version_1`]: (items: bigint) => root(items, 0),
    [`ext_trie_${name}_root_version_2`]: (items: bigint, version: number) => root(items, versionOf(version)),
    [`ext_trie_${name}_ordered_root_version_1`]: (items: bigint) => ordered(items, 0),
    [`ext_trie_${name}_ordered_root_version_2`]: (items: bigint, version: number) => ordered(items, versionOf(version)),
    [`ext_trie_${name}_verify_proof_version_1`]: (at: number, proof: bigint, key: bigint, value: bigint) =>
      verify({ root: at, proof, key, value, version: 0 }),
    [`ext_trie_${name}_verify_proof_version_2`]: (
      at: number,
      proof: bigint,
      key: bigint,
      value: bigint,
      version: number,
    ) => verify({ root: at, proof, key, value, version: versionOf(version) }),
  };
}

/** `Vec<Vec<u8>>`. */
function list(reader: Reader): Uint8Array[] {
  return Array.from({ length: reader.compact() }, () => reader.vec().slice());
}

/** `Vec<(Vec<u8>, Vec<u8>)>`; of equal keys the last one counts. */
function pairs(bytes: Uint8Array): [string, Uint8Array][] {
  const reader = new Reader(bytes);
  return Array.from({ length: reader.compact() }, () => [toKey(reader.vec()), reader.vec().slice()]);
}
