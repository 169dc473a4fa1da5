import { type BittensorError, isAddress } from '../base/browser.js';
import type { Neuron } from '../chain/browser.js';
import { libraryError } from './errors.js';

/** Where a neuron serves, and whose it is. */
export interface Endpoint {
  /** From 0 to 999. */
  readonly version: number;
  /** -1 for the dummy endpoint. */
  readonly uid: number;
  /** ss58; empty for the dummy endpoint. */
  readonly hotkey: string;
  /** `0.0.0.0` while it serves nowhere. */
  readonly ip: string;
  readonly ipType: 4 | 6;
  readonly port: number;
  /** ss58; empty for the dummy endpoint. */
  readonly coldkey: string;
  /** 0: text. */
  readonly modality: number;
}

/** An endpoint as 250 numbers, so that it fits where tensors go. */
export interface EndpointTensor {
  readonly dtype: 'int64';
  readonly shape: readonly [number];
  /** The UTF-8 bytes of its JSON, then -1. */
  readonly data: BigInt64Array;
}

const LENGTH = 250;
const PADDING = -1n;
const NO_ADDRESS = '0.0.0.0';

/** What stands for no endpoint: all its numbers are -1. */
const DUMMY: Endpoint = Object.freeze({
  version: 0,
  uid: -1,
  hotkey: '',
  ip: NO_ADDRESS,
  ipType: 4,
  port: 0,
  coldkey: '',
  modality: 0,
});

/**
 * Endpoints and their form as a tensor, byte for byte as bittensor 1.5.0 has it (`_endpoint/__init__.py`): JSON with the
 * separators of Python, its UTF-8 bytes as int64, padded with -1 to 250. Beyond it, an IPv6 address may have all its 39
 * characters. Error `bad_endpoint` says what is wrong.
 */
export const endpoint = Object.freeze({
  /** An endpoint as 250 numbers. */
  toTensor,
  /** The endpoint that 250 numbers stand for. */
  fromTensor,
  /** The endpoint that is none. */
  dummy: (): Endpoint => DUMMY,
  /** The endpoint of a row of the metagraph. */
  fromNeuron,
  /** Checks what may be none, such as parsed JSON. */
  check,
});

function toTensor(of: Endpoint): EndpointTensor {
  const data = new BigInt64Array(LENGTH).fill(PADDING);
  if (of.uid !== DUMMY.uid) {
    const { version, uid, hotkey, ip, ipType, port, coldkey, modality } = check(of);
    const fields = Object.entries({ version, uid, hotkey, ip, ip_type: ipType, port, coldkey, modality });
    const json = `{${fields.map(([name, value]) => `"${name}": ${JSON.stringify(value)}`).join(', ')}}`;
    const bytes = new TextEncoder().encode(json);
    if (bytes.length > LENGTH) throw bad(`it takes ${bytes.length} bytes, and ${LENGTH} are there`);
    bytes.forEach((byte, i) => {
      data[i] = BigInt(byte);
    });
  }
  return { dtype: 'int64', shape: [LENGTH], data };
}

function fromTensor({ data, shape }: Pick<EndpointTensor, 'data' | 'shape'>): Endpoint {
  if (data.length !== LENGTH || shape.join() !== String(LENGTH)) throw bad(`its shape is [${shape}], not [${LENGTH}]`);
  const end = data.indexOf(PADDING);
  if (end === 0) {
    if (data.every(value => value === PADDING)) return DUMMY;
    throw bad('it begins with padding and goes on with something else');
  }
  const values = end < 0 ? data : data.subarray(0, end);
  if (values.some(value => value < 0n || value > 255n)) throw bad('a number in it is no byte');
  if (end >= 0 && data.subarray(end).some(value => value !== PADDING)) throw bad('something follows its padding');
  return check(parse(Uint8Array.from(values, Number)));
}

function parse(bytes: Uint8Array): unknown {
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown> | null;
    return json && { ...json, ipType: json['ip_type'] };
  } catch (error) {
    throw bad('its bytes are no JSON', error);
  }
}

function check(value: unknown): Endpoint {
  if (value === DUMMY) return DUMMY;
  if (typeof value !== 'object' || value === null) throw bad('it is no object');
  const given = value as Record<string, unknown>;
  const whole = (name: string, most: number) => {
    const number = given[name];
    if (Number.isInteger(number) && (number as number) >= 0 && (number as number) <= most) return number as number;
    throw bad(`its ${name} is ${show(number)}, not a whole number up to ${most}`);
  };
  const key = (name: string) => {
    const text = given[name];
    if (typeof text === 'string' && text.length === 48 && isAddress(text)) return text;
    throw bad(`its ${name} is ${show(text)}, not an address of 48 characters`);
  };
  const { ip, ipType } = given;
  if (ipType !== 4 && ipType !== 6) throw bad(`its ip_type is ${show(ipType)}, not 4 or 6`);
  const longest = ipType === 6 ? 39 : 32;
  if (typeof ip !== 'string' || ip.length > longest)
    throw bad(`its ip is ${show(ip)}, not up to ${longest} characters`);
  return Object.freeze({
    version: whole('version', 999),
    uid: whole('uid', 2 ** 32 - 1),
    hotkey: key('hotkey'),
    ip,
    ipType,
    port: whole('port', 65_535),
    coldkey: key('coldkey'),
    modality: whole('modality', 0),
  });
}

function fromNeuron({ uid, hotkey, coldkey, axon }: Pick<Neuron, 'uid' | 'hotkey' | 'coldkey' | 'axon'>): Endpoint {
  return Object.freeze({
    // Today's clients publish larger numbers than the form has room for.
    version: Math.min(axon?.version ?? 0, 999),
    uid,
    hotkey,
    ip: axon?.ip ?? NO_ADDRESS,
    ipType: axon?.ipType ?? 4,
    port: axon?.port ?? 0,
    coldkey,
    modality: 0,
  });
}

function show(value: unknown): string {
  return String(JSON.stringify(value))?.slice(0, 60);
}

function bad(what: string, cause?: unknown): BittensorError {
  return libraryError('bad_endpoint', `this is no endpoint: ${what}`, {}, cause);
}
