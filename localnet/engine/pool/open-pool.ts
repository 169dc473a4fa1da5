import type { Chain } from '../chain/chain.js';
import { unhex } from '../codec.js';
import { validateTransaction } from '../runtime/runtime.js';
import { Overlay } from '../state/overlay.js';
import { Pool, type PoolOptions } from './pool.js';

/** A pool that judges by the chain's head and follows it. */
export function openPool(chain: Chain, options: Omit<PoolOptions, 'validate' | 'headNumber'> = {}): Pool {
  const pool = new Pool({
    ...options,
    validate: bytes => validateTransaction(chain.runtime, new Overlay(chain.state), bytes, unhex(chain.head.hash)),
    headNumber: () => chain.head.header.number,
  });
  chain.onBlock(({ block }) => pool.settle(block));
  chain.onFinalized(({ hash }) => pool.finalize(hash));
  chain.onRevert(() => pool.clear());
  return pool;
}
