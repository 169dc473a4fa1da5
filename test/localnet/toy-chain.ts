import type { Block } from '../../localnet/engine/chain/header.js';
import { hex } from '../../localnet/engine/codec.js';
import { engineError } from '../../localnet/engine/errors.js';
import type { TransactionStatus, Watcher } from '../../localnet/engine/pool/entry.js';
import { Pool, type PoolLimits, type PoolOptions } from '../../localnet/engine/pool/pool.js';
import { blake2b256 } from '../../localnet/engine/runtime/host/crypto-library.js';
import type { Invalidity, Validity } from '../../localnet/engine/runtime/runtime.js';

/** A toy transaction: valid while its nonce is not used up, its account is liked, and `till` has not passed. */
export interface Toy {
  who: string;
  nonce: number;
  priority?: number;
  till?: number;
  salt?: number;
  /** Bytes more. */
  padding?: string;
  /** Tags of any shape, instead of those of account and nonce. */
  tags?: { requires: string[]; provides: string[] };
}

/** A chain that knows nothing but nonces, with the pool of the real one. */
export class ToyChain {
  nonces = new Map<string, number>();
  number = 0;
  readonly pool: Pool;
  /** Transactions that the runtime no longer likes. */
  readonly disliked = new Set<string>();
  /** What makes the runtime panic. */
  readonly panics = new Set<string>();
  validations = 0;

  constructor(
    limits: Partial<PoolLimits> = {},
    options: Partial<PoolOptions> = {},
    private readonly finality: 'instant' | 'never' = 'instant',
  ) {
    this.pool = new Pool({
      validate: bytes => this.validate(bytes),
      headNumber: () => this.number,
      limits,
      finalizedAfterMs: 0,
      ...options,
    });
  }

  submit(toy: Toy, told?: Watcher): string {
    return this.pool.submit(encode(toy), told);
  }

  validate(bytes: Uint8Array): Validity | Invalidity {
    this.validations++;
    const { who, nonce, priority = 0, till, tags } = decode(bytes);
    const now = this.nonces.get(who) ?? 0;
    if (this.panics.has(who)) throw engineError('runtime_trap', 'unreachable');
    if (nonce < now) return { kind: 'invalid', variant: 'Stale', reason: 'Transaction is outdated' };
    if (this.disliked.has(who)) return { kind: 'invalid', variant: 'Payment', reason: 'cannot pay' };
    if (till !== undefined && till < this.number) {
      return { kind: 'invalid', variant: 'AncientBirthBlock', reason: 'Transaction has an ancient birth block' };
    }
    return {
      priority: BigInt(priority),
      requires: tags?.requires ?? (nonce > now ? [tagOf(who, nonce - 1)] : []),
      provides: tags?.provides ?? [tagOf(who, nonce)],
      longevity: till === undefined ? 2n ** 64n - 1n : BigInt(till - this.number),
      propagate: true,
    };
  }

  /** Includes what the pool offers, at most `most`, checking the nonces as a runtime would; returns it. */
  build(most = 1e9): Toy[] {
    const candidates = this.pool.candidates();
    const included: Uint8Array[] = [];
    while (included.length < most) {
      const next = candidates.next();
      if (!next) break;
      const { who, nonce } = decode(next.bytes);
      if (nonce !== (this.nonces.get(who) ?? 0) || this.disliked.has(who)) {
        candidates.rejected({ fate: 'invalid', reason: 'toy' });
        continue;
      }
      this.nonces.set(who, nonce + 1);
      included.push(next.bytes);
    }
    this.settle(included);
    return included.map(decode);
  }

  /** Returns the hash of the new block. */
  settle(extrinsics: Uint8Array[]): string {
    this.number++;
    const hash = hex(blake2b256(Buffer.from(String(this.number))));
    this.pool.settle({ hash, header: { number: this.number }, extrinsics } as unknown as Block);
    if (this.finality === 'instant') this.pool.finalize(hash);
    return hash;
  }
}

/** As `CheckNonce` has them: the nonce takes the last four. */
const tagOf = (who: string, nonce: number) => `${who}${String(nonce).padStart(4, '0')}`;

export const encode = (toy: Toy) => Buffer.from(JSON.stringify(toy));
export const decode = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as Toy;
export const hashOf = (toy: Toy) => hex(blake2b256(encode(toy)));
export const names = (statuses: readonly TransactionStatus[]) =>
  statuses.map(status => (typeof status === 'string' ? status : Object.keys(status)[0]!));
