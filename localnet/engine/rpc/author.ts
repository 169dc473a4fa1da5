import type { TransactionStatus } from '../chain/pool.js';
import { hex } from '../codec.js';
import type { Engine, Family } from './family.js';

export function authorFamily({ pool }: Engine): Family {
  return {
    methods: {
      author_submitExtrinsic: params => pool.submit(params.bytes(0, 'extrinsic')),
      author_pendingExtrinsics: () => pool.pending().map(hex),
    },
    subscriptions: {
      author_submitAndWatchExtrinsic: {
        notification: 'author_extrinsicUpdate',
        unsubscribe: 'author_unwatchExtrinsic',
        start(params, push, done) {
          let watching = true;
          pool.submit(params.bytes(0, 'extrinsic'), status => {
            if (!watching) return;
            push(status);
            if (isLast(status)) done();
          });
          return () => {
            watching = false;
          };
        },
      },
    },
  };
}

function isLast(status: TransactionStatus): boolean {
  if (typeof status === 'string') return status === 'invalid' || status === 'dropped';
  return 'finalized' in status || 'usurped' in status;
}
