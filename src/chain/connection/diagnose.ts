import { isBittensorError } from '../../base/browser.js';
import { chainError } from '../errors.js';

/**
 * A websocket that cannot be opened says little about why. Whether something else answers there decides between
 * `foreign_chain` and `chain_unreachable`.
 */
export async function diagnose(url: string, error: unknown): Promise<never> {
  if (!isBittensorError(error) || error.code !== 'chain_unreachable') throw error;
  try {
    const answer = await fetch(url.replace(/^ws/, 'http'), { signal: AbortSignal.timeout(2_000), redirect: 'manual' });
    await answer.body?.cancel();
    const what = `${url} is a web server (status ${answer.status}), not a chain node`;
    throw chainError('foreign_chain', what, { url, status: answer.status }, error);
  } catch (probe) {
    if (isBittensorError(probe)) throw probe;
    const cause = (probe as Error).cause as { code?: unknown; message?: unknown } | undefined;
    const code = typeof cause?.code === 'string' ? cause.code : '';
    // Node's HTTP parser could not read the answer: something else listens there.
    if (code.startsWith('HPE_')) {
      throw chainError('foreign_chain', `${url} answers, but is not a chain node`, { url }, error);
    }
    // Some websockets keep the reason to themselves.
    if (/^E[A-Z]+$/.test(code))
      throw chainError('chain_unreachable', `${url}: ${String(cause?.message || code)}`, { url }, error);
    throw error;
  }
}
