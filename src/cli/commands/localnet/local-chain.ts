import { BittensorError, isBittensorError } from '../../../base/index.js';
import type { LocalChain } from '../../../chain/index.js';
import { type Target, targetSettings, urlOf } from './settings.js';

/** Does something with the chain that the settings name. */
export async function withLocalChain<T>(
  target: Target,
  signal: AbortSignal,
  work: (chain: LocalChain) => Promise<T>,
): Promise<T> {
  const url = urlOf(target);
  const { openLocalChain } = await import('../../../chain/index.js');
  await using chain = await openLocalChain(url, { signal }).catch(error => {
    throw noChain(error, target);
  });
  return await work(chain);
}

/** With nobody there, the command that changes that. */
function noChain(error: unknown, { url, port }: Target): unknown {
  if (!isBittensorError(error) || error.code !== 'chain_unreachable') return error;
  const where = urlOf({ url, port });
  const { reason = error.message } = error.data;
  const flags = port === targetSettings.port.default ? '' : ` --port ${port}`;
  const remedy = url === undefined ? `: \`bittensor-cli localnet start${flags}\` starts one` : '';
  return new BittensorError('chain_unreachable', `no local chain answers at ${where} (${String(reason)})${remedy}`, {
    cause: error,
    data: { ...error.data, url: where, running: false },
  });
}
