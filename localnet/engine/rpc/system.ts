import { decodeAddress } from '../../../src/base/ss58.js';
import { nonceTag } from '../chain/pool-entry.js';
import { hex, Reader, unhex } from '../codec.js';
import type { Engine, Family } from './family.js';
import { invalidParams } from './rpc-error.js';

export function systemFamily(engine: Engine): Family {
  const { chain, about } = engine;
  return {
    methods: {
      system_name: () => 'bittensor-node localnet',
      system_version: () => about.version,
      system_chain: () => about.chainName,
      system_chainType: () => 'Local',
      system_properties: () => about.properties,
      system_health: () => ({ peers: 0, isSyncing: false, shouldHavePeers: false }),
      system_nodeRoles: () => ['Authority'],
      system_peers: () => [],
      system_localListenAddresses: () => [],
      system_syncState: () => ({
        startingBlock: 0,
        currentBlock: chain.head.header.number,
        highestBlock: chain.head.header.number,
      }),
      system_accountNextIndex: params => nextIndex(engine, accountOf(params.text(0, 'account'))),
      system_dryRun: params => hex(chain.dryRun(params.bytes(0, 'extrinsic'))),
    },
  };
}

/** The nonce that the account's next transaction needs, with those counted that are ready in the pool. */
export function nextIndex({ chain, pool }: Engine, account: Uint8Array): number {
  const answer = chain.runtime.view(chain.state, 'AccountNonceApi_account_nonce', account);
  let nonce = new Reader(answer).u32();
  while (pool.provides(nonceTag(account, nonce))) nonce++;
  return nonce;
}

/** The public key of an ss58 address, or of 0x and 64 digits. */
export function accountOf(text: string): Uint8Array {
  try {
    const bytes = text.startsWith('0x') ? unhex(text) : decodeAddress(text);
    if (bytes.length === 32) return bytes;
  } catch {
    // Said below.
  }
  throw invalidParams(
    `not an account (an ss58 address or a public key of 32 bytes in hexadecimal): ${text.slice(0, 80)}`,
  );
}
