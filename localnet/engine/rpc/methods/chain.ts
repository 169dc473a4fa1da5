import { headerJson } from '../../chain/header.js';
import { hex } from '../../codec.js';
import { invalidParams } from '../../rpc-error.js';
import { blockNumber, type Engine, type Family, type Subscription } from '../family.js';

const HASHES_AT_MOST = 10_000;

export function chainFamily({ chain }: Engine): Family {
  const heads = (notification: string, unsubscribe: string): Subscription => ({
    notification,
    unsubscribe,
    start(_, push) {
      push(headerJson(chain.head.header));
      return chain.onBlock(({ block }) => push(headerJson(block.header)));
    },
  });
  const finalizedHeads: Subscription = {
    notification: 'chain_finalizedHead',
    unsubscribe: 'chain_unsubscribeFinalizedHeads',
    start(_, push) {
      push(headerJson(chain.block(chain.finalized.number)!.header));
      return chain.onFinalized(({ number }) => push(headerJson(chain.block(number)!.header)));
    },
  };
  const hashOf = (value: unknown): string | null => {
    if (value === undefined || value === null) return chain.head.hash;
    const number = typeof value === 'string' ? Number(value) : value;
    if (!Number.isSafeInteger(number) || value === '') {
      throw invalidParams(`no block number: ${String(value).slice(0, 80)}`);
    }
    return chain.hashAt(number as number) ?? null;
  };
  return {
    methods: {
      chain_getBlockHash(params) {
        const given = params.at(0);
        if (!Array.isArray(given)) return hashOf(given);
        if (given.length > HASHES_AT_MOST) throw invalidParams(`at most ${HASHES_AT_MOST} numbers`);
        return given.map(hashOf);
      },
      chain_getFinalizedHead: () => chain.finalized.hash,
      chain_getHeader(params) {
        const hash = params.optionalBytes(0, 'hash');
        const number = hash ? chain.numberOf(hex(hash)) : chain.head.header.number;
        return number === undefined ? null : headerJson(chain.block(number)!.header);
      },
      chain_getBlock(params) {
        const hash = params.optionalBytes(0, 'hash');
        if (hash && chain.numberOf(hex(hash)) === undefined) return null;
        const block = chain.block(blockNumber(chain, hash))!;
        return {
          block: { header: headerJson(block.header), extrinsics: block.extrinsics.map(hex) },
          justifications: null,
        };
      },
    },
    subscriptions: {
      chain_subscribeNewHeads: heads('chain_newHead', 'chain_unsubscribeNewHeads'),
      chain_subscribeAllHeads: heads('chain_allHead', 'chain_unsubscribeAllHeads'),
      chain_subscribeFinalizedHeads: finalizedHeads,
    },
  };
}
