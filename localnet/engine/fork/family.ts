import type { Family } from '../rpc/family.js';
import { RpcError } from '../rpc-error.js';
import type { Fork } from './open.js';

/** What a fork cannot do, because only a part of its state is in its trie. */
export function forkFamily({ url, number }: Fork): Family {
  const refuse = () => {
    throw new RpcError(
      4003,
      'Client error: a fork has no proofs',
      `the state roots behind block ${number} are of what was written since the fork; ask ${url} for proofs of what was there before`,
    );
  };
  return { methods: { state_getReadProof: refuse, state_getChildReadProof: refuse } };
}
