import { decodeAddress, encodeBase58 } from '../../../../src/base/ss58.js';
import { hex, join, Reader, unhex } from '../../codec.js';
import { nonceTag } from '../../pool/entry.js';
import { invalidParams } from '../../rpc-error.js';
import { blake2b256 } from '../../runtime/host/crypto-library.js';
import { blockNumber, type Engine, type Family } from '../family.js';

export function systemFamily(engine: Engine): Family {
  const { chain, about, connections } = engine;
  const setDebug = (on: boolean) => {
    connections?.setDebug(on);
    return null;
  };
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
      system_reservedPeers: () => [],
      system_localListenAddresses: () => [],
      system_localPeerId: () => peerId(chain.genesisHash),
      system_addLogFilter: params => setDebug(asksForDebug(params.text(0, 'directives'))),
      system_resetLogFilter: () => setDebug(false),
      system_syncState: () => ({
        startingBlock: 0,
        currentBlock: chain.head.header.number,
        highestBlock: chain.head.header.number,
      }),
      system_accountNextIndex: params => nextIndex(engine, accountOf(params.text(0, 'account'))),
      system_dryRun(params) {
        const at = params.optionalBytes(1, 'block hash');
        if (at && blockNumber(chain, at) !== chain.head.header.number) {
          throw invalidParams('a transaction is tried on the newest block only');
        }
        return hex(chain.dryRun(params.bytes(0, 'extrinsic')));
      },
    },
  };
}

/** Directives as `target=level,...`; there is one log, which says more or less. */
function asksForDebug(directives: string): boolean {
  return directives.split(',').some(directive => /^(.*=)?\s*(debug|trace)\s*$/i.test(directive));
}

/** In the form of libp2p's, of an ed25519 key; there is no peer-to-peer network here, and nobody has the key. */
function peerId(genesisHash: string): string {
  const key = blake2b256(Buffer.from(`peer of ${genesisHash}`));
  return encodeBase58(join(Uint8Array.of(0, 0x24, 8, 1, 0x12, 32), key));
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
