import { equalBytes } from '../../base/index.js';
import { plainAddress } from '../address.js';
import { keyText } from '../auth/signed.js';
import { pinCertificate } from '../dendrite/pinning.js';
import { RequestError } from '../errors.js';
import { ProbeReply, ProbeRequest } from '../gen/bittensor.js';
import { originOf } from '../server/origin.js';
import type { RawCall } from '../server/rpc-server.js';
import { TokenBuckets } from '../token-buckets.js';
import { decodeWithin } from '../wire/decode.js';
import { probeRequestRule } from '../wire/envelope.js';
import type { Admissions } from './admission.js';

/** The largest question, bytes. */
export const PROBE_BYTES = 256;

/** How long the dial may take, milliseconds. */
const DIAL_MS = 3_000;
/** Dials under way at a time, for all callers together. */
const DIALS = 4;

/**
 * Dials a caller back, to tell it whether others can reach it. Only the very address that the call comes from is
 * dialled, seldom, and what is found there is told as yes or no: so nobody is made to look at, or to knock at, an
 * address of someone else. The hotkey is one that is admitted here, and not proven: it is the address that is bounded.
 */
export class Prober {
  // A minute between two questions of an address, after three at once.
  private readonly rates = new TokenBuckets({ perSecond: 1 / 60, burst: 3, keys: 4_096 });
  private dialling = 0;

  constructor(private readonly admissions: Admissions) {}

  async answer({ bytes, address, signal }: RawCall): Promise<Uint8Array> {
    const { port, hotkey } = read(bytes);
    // First: the hotkey is only claimed, and which are admitted is not to be found out by asking.
    if (!this.rates.spend(originOf(address))) throw new RequestError('Backoff', 'this address asked a moment ago');
    this.admissions.greet(keyText(hotkey), address);
    if (this.dialling >= DIALS) throw new RequestError('NucleusFull', `${this.dialling} others are being dialled`);
    // The certificate that is shown there holds a signature to verify.
    this.admissions.spendOnStranger(address);
    this.dialling++;
    try {
      const host = plainAddress(address);
      return encode({ address: host, ...(await dial(host, port, hotkey, signal)) });
    } finally {
      this.dialling--;
    }
  }
}

async function dial(
  host: string,
  port: number,
  hotkey: Uint8Array,
  signal: AbortSignal,
): Promise<{ reachable: boolean; message: string }> {
  try {
    const pin = await pinCertificate({ host, port }, undefined, { timeoutMs: DIAL_MS, signal });
    if (equalBytes(pin.hotkey, hotkey)) return { reachable: true, message: '' };
    return { reachable: false, message: 'another neuron answers there' };
  } catch (error) {
    const code = error instanceof RequestError ? error.returnCode : 'UnknownException';
    // Not more than a connection of the caller's own would tell it.
    const message = code === 'Timeout' ? 'nothing answers there' : 'no axon answers there';
    return { reachable: false, message };
  }
}

function read(bytes: Uint8Array): ProbeRequest {
  const request = decodeWithin('ProbeRequest', ProbeRequest, bytes, probeRequestRule);
  const { port, hotkey } = request;
  if (port < 1 || port > 65_535 || hotkey.length !== 32) {
    throw new RequestError('InvalidRequest', `port ${port} and a hotkey of ${hotkey.length} bytes`);
  }
  return request;
}

function encode(reply: ProbeReply): Uint8Array {
  return ProbeReply.encode(reply).finish();
}
