import { messageOf } from '../../../../src/base/errors.js';
import { batchTooLarge, invalidRequest, parseError, type RpcError, tooManyInBatch } from '../../rpc-error.js';
import { scanJson } from './json-scan.js';
import type { ServerLimits } from './limits.js';
import { overOrWaiting } from './patience.js';

/** Answers requests; the body is `"result":...` or `"error":...`. */
export interface Backend {
  request(connection: number | undefined, method: string, params: unknown): Promise<string>;
  closed(connection: number): void;
}

export interface Reply {
  /** Undefined when only notifications came. */
  readonly text: string | undefined;
  /** All that was asked are dev methods, which faults spare. */
  readonly dev: boolean;
}

/** Requests of a batch in work at a time. */
const BATCH_AT_ONCE = 8;

/** From the text of a request or batch to the text of the answer. */
export class Responder {
  constructor(
    private readonly backend: Backend,
    private readonly limits: ServerLimits,
  ) {}

  async respond(text: string, connection: number | undefined): Promise<Reply> {
    const refuse = (error: RpcError): Reply => ({ text: errorText(null, error), dev: false });
    const { depth, values } = scanJson(text);
    if (depth > this.limits.depth) return refuse(invalidRequest(`nested deeper than ${this.limits.depth}`));
    if (values > this.limits.values) return refuse(invalidRequest(`more than ${this.limits.values} values`));
    let request: unknown;
    try {
      request = JSON.parse(text);
    } catch (error) {
      return refuse(parseError(messageOf(error).slice(0, 200)));
    }
    if (!Array.isArray(request)) return { text: await this.one(request, connection), dev: isDev(request) };
    if (request.length === 0) return refuse(invalidRequest('an empty batch'));
    if (request.length > this.limits.batch) return refuse(tooManyInBatch(this.limits.batch));
    return { text: await this.batch(request, connection), dev: request.every(isDev) };
  }

  private async batch(requests: readonly unknown[], connection: number | undefined): Promise<string | undefined> {
    const answers = new Array<string | undefined>(requests.length);
    const { batchBytes } = this.limits;
    const working: Promise<void>[] = [];
    let bytes = 0;
    const answer = async (i: number) => {
      const text = await this.one(requests[i], connection);
      bytes += text?.length ?? 0;
      // Of one that is too large nothing is kept.
      if (bytes <= batchBytes) answers[i] = text;
      else answers.length = 0;
    };
    while (working.length < requests.length && bytes <= batchBytes) {
      const some = requests
        .slice(working.length, working.length + BATCH_AT_ONCE)
        .map((_, j) => answer(working.length + j));
      working.push(...some);
      await overOrWaiting(Promise.all(some));
    }
    if (bytes <= batchBytes) await Promise.all(working);
    if (bytes > batchBytes) return errorText(null, batchTooLarge(batchBytes));
    const given = answers.filter(text => text !== undefined);
    return given.length > 0 ? `[${given.join(',')}]` : undefined;
  }

  private async one(request: unknown, connection: number | undefined): Promise<string | undefined> {
    if (typeof request !== 'object' || request === null) return errorText(null, invalidRequest('no object'));
    const { id, method, params } = request as { id?: unknown; method?: unknown; params?: unknown };
    const hasId = typeof id === 'string' || typeof id === 'number' || id === null;
    if (typeof method !== 'string') return errorText(hasId ? id : null, invalidRequest('no method'));
    // A notification: nobody would hear the answer.
    if (id === undefined) return undefined;
    if (!hasId) return errorText(null, invalidRequest('the id has to be a string or a number'));
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${await this.backend.request(connection, method, params)}}`;
  }
}

/** Whether a text asks for nothing but dev methods. */
export function asksDevOnly(text: string): boolean {
  try {
    const request: unknown = JSON.parse(text);
    return Array.isArray(request) ? request.length > 0 && request.every(isDev) : isDev(request);
  } catch {
    return false;
  }
}

function isDev(request: unknown): boolean {
  const { method } = (request ?? {}) as { method?: unknown };
  return typeof method === 'string' && method.startsWith('dev_');
}

export function errorText(id: unknown, { code, message, data }: RpcError): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: id ?? null,
    error: { code, message, ...(data !== undefined && { data }) },
  });
}
