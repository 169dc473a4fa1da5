import type { LocalChain } from '../../../chain/index.js';
import { stopOnSignal } from '../../signals.js';
import { type Options, settle, targetSettings, urlOf } from './settings.js';

/** Does something with the chain that the flags name, until Ctrl-C. */
export async function withLocalChain<T>(options: Options, work: (chain: LocalChain) => Promise<T>): Promise<T> {
  const url = urlOf(settle(targetSettings, options));
  const { openLocalChain } = await import('../../../chain/index.js');
  const stop = stopOnSignal();
  try {
    await using chain = await openLocalChain(url, { signal: stop.signal });
    return await work(chain);
  } finally {
    stop.dispose();
  }
}
