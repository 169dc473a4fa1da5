import { messageOf } from '../../base/index.js';
import type { RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import type { RequestHead } from '../gen/bittensor.js';
import type { Incoming } from '../incoming.js';
import { decodeRequestHead, HEAD_HEADER } from '../wire/head-bytes.js';
import type { GrpcCall } from './grpc-call.js';
import type { ServerLimits } from './limits.js';
import type { Receiving } from './receiving.js';
import { receiveOne } from './unary.js';

/** Base64 of a head with every field at its longest stays below. */
const HEAD_TEXT = 2_048;

/** A head may state the length of the tensors alone: the whole message has so much more. */
const ENVELOPE_BYTES = 4_096;

/**
 * A unary Forward or Backward as `Incoming`. Throws a `RequestError` for a header that is none. `onTaken` is called
 * when it can be judged: at once by its header, otherwise when the whole of it came.
 */
export function incomingOf(
  kind: RequestKind,
  call: GrpcCall,
  limits: ServerLimits,
  receiving: Receiving,
  onTaken: () => void,
): { incoming: Incoming; release: () => void } {
  const head = readHead(call.headers[HEAD_HEADER]);
  if (head) onTaken();
  let taken = 0;
  const body = async (maxBytes = limits.messageBytes): Promise<Uint8Array> => {
    const largest = Math.min(maxBytes, limits.messageBytes);
    if (!head) {
      const most = Math.min(largest, limits.unannouncedBytes);
      const whole = await received(
        call,
        receiving.during(call, () => receiveOne(call, most)),
      );
      onTaken();
      return whole;
    }
    if (head.length > largest) {
      throw new RequestError('TooLarge', `a body of ${head.length} bytes; at most ${largest} are taken here`);
    }
    const bytes = head.length + ENVELOPE_BYTES;
    if (!call.host.takeBody(bytes)) throw new RequestError('NucleusFull', 'no memory is left for another body');
    taken = bytes;
    call.until = performance.now() + limits.receiveMs + (bytes / 2 ** 20) * 1_000;
    return received(call, receiveOne(call, bytes, true));
  };
  const headLeftMs = head && head.timeoutMs > 0 ? head.timeoutMs : Number.POSITIVE_INFINITY;
  const incoming: Incoming = {
    kind,
    transport: 'unary',
    head,
    caller: undefined,
    address: call.host.address,
    timeLeftMs: Math.min(call.timeLeftMs, headLeftMs),
    get signal() {
      return call.signal;
    },
    body,
    trust: () => call.host.trust(),
  };
  return { incoming, release: () => call.host.giveBody(taken) };
}

async function received(call: GrpcCall, body: Promise<Uint8Array>): Promise<Uint8Array> {
  const bytes = await body;
  call.until = Number.POSITIVE_INFINITY;
  return bytes;
}

function readHead(header: string | string[] | undefined): RequestHead | undefined {
  if (header === undefined) return undefined;
  // Several headers of one name arrive as one, joined by commas; base64 has none.
  if (typeof header !== 'string' || header.length > HEAD_TEXT || !/^[A-Za-z0-9+/]*={0,2}$/.test(header)) {
    throw new RequestError('InvalidRequest', `the header ${HEAD_HEADER} is not a RequestHead in base64`);
  }
  const bytes = Buffer.from(header, 'base64');
  try {
    return decodeRequestHead(bytes);
  } catch (cause) {
    throw new RequestError('InvalidRequest', `the header ${HEAD_HEADER}: ${messageOf(cause)}`, cause);
  }
}
