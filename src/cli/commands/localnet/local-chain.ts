import { BittensorError, isBittensorError } from '../../../base/index.js';
import type { LocalChain } from '../../../chain/index.js';
import { stopOnSignal } from '../../signals.js';
import { type Options, settle, targetSettings, urlOf } from './settings.js';

/** Does something with the chain that the flags name, until Ctrl-C. */
export async function withLocalChain<T>(options: Options, work: (chain: LocalChain) => Promise<T>): Promise<T> {
  const target = settle(targetSettings, options);
  const url = urlOf(target);
  const { openLocalChain } = await import('../../../chain/index.js');
  const stop = stopOnSignal();
  try {
    await using chain = await openLocalChain(url, { signal: stop.signal }).catch(error => {
      throw noChain(error, target);
    });
    return await work(chain);
  } finally {
    stop.dispose();
  }
}

/** With nobody there, the command that changes that. */
function noChain(error: unknown, { url, port }: { url: string | undefined; port: number }): unknown {
  if (!isBittensorError(error) || error.code !== 'chain_unreachable') return error;
  const where = urlOf({ url, port });
  const { reason = error.message } = error.data;
  const flags = port === targetSettings.port.default ? '' : ` --port ${port}`;
  const remedy = url === undefined ? `: \`bittensor-cli localnet start${flags}\` starts one` : '';
  return new BittensorError('chain_unreachable', `no local chain answers at ${where} (${String(reason)})${remedy}`, {
    cause: error,
    data: error.data,
  });
}
