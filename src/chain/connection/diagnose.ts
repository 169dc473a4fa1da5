import { type BittensorError, isBittensorError } from '../../base/browser.js';
import { chainError } from '../errors.js';
import { type CallOptions, openSession, type RpcSession } from './json-rpc.js';

const PROBE_MS = 2_000;

/**
 * Opens a websocket, and finds out why it cannot be opened. Errors: `foreign_chain` when something else answers there,
 * else `chain_unreachable`.
 */
export async function openOrDiagnose(url: string, options: CallOptions): Promise<RpcSession> {
  try {
    return await openSession(url, options);
  } catch (error) {
    if (!isBittensorError(error) || error.code !== 'chain_unreachable') throw error;
    const problem = await diagnose(url, error);
    options.signal?.throwIfAborted();
    if (problem.code !== 'foreign_chain') throw problem;
    // A node that began to listen between the two looks like something else.
    return await openSession(url, options).catch(() => {
      options.signal?.throwIfAborted();
      throw problem;
    });
  }
}

/** A websocket says little about why it could not be opened: whether something answers there at all decides. */
async function diagnose(url: string, error: BittensorError): Promise<BittensorError> {
  try {
    const answer = await fetch(url.replace(/^ws/, 'http'), {
      signal: AbortSignal.timeout(PROBE_MS),
      redirect: 'manual',
    });
    await answer.body?.cancel();
    const { status } = answer;
    // A gateway before a node that is down, or that has enough of this client.
    if (status >= 500 || status === 429) {
      return chainError('chain_unreachable', `${url} answers with status ${status}`, { url, status }, error);
    }
    const what = `${url} is a web server (status ${status}), not a chain node`;
    return chainError('foreign_chain', what, { url, status }, error);
  } catch (probe) {
    const cause = (probe as Error).cause as { code?: unknown; message?: unknown } | undefined;
    const code = typeof cause?.code === 'string' ? cause.code : '';
    // Node's HTTP parser could not read the answer: something else listens there.
    if (code.startsWith('HPE_')) {
      return chainError('foreign_chain', `${url} answers, but is not a chain node`, { url }, error);
    }
    // Some websockets keep the reason to themselves.
    if (!/^E[A-Z]+$/.test(code)) return error;
    return chainError('chain_unreachable', `${url}: ${String(cause?.message || code)}`, { url }, error);
  }
}
