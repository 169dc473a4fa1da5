import { randomBytes } from 'node:crypto';
import { encodeAddress, messageOf } from '../../base/index.js';
import { type Address, formatAddress } from '../address.js';
import { hotkeyText, keyBytes, keyText } from '../auth/signed.js';
import { Connection } from '../dendrite/connection.js';
import { pinCertificate, pinnedCredentials } from '../dendrite/pinning.js';
import { RequestError } from '../errors.js';
import { ProbeReply, ProbeRequest } from '../gen/bittensor.js';
import { decodeWithin } from '../wire/decode.js';
import { DESCRIBE_CHALLENGE_BYTES, DESCRIPTION_BYTES, encodeDescribeRequest } from '../wire/description.js';
import { probeReplyRule } from '../wire/envelope.js';
import { clean } from '../wire/status.js';
import { PROTOCOL_VERSION } from '../wire/version.js';
import { type AxonDescription, readDescription } from './definitions.js';

export const DESCRIBE_PATH = '/Bittensor/Describe';
export const PROBE_PATH = '/Bittensor/Probe';

/** Who is asked: with a hotkey (ss58, or `0x` and 64 digits), nobody but its owner is believed. */
export interface Asked extends Address {
  readonly hotkey?: string | undefined;
}

export interface AskOptions {
  /** Default 5,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Asks an axon what it serves; all of the answer is verified. Throws a `RequestError`. */
export async function describeAxon(asked: Asked, options: AskOptions = {}): Promise<AxonDescription> {
  const challenge = new Uint8Array(randomBytes(DESCRIBE_CHALLENGE_BYTES));
  const { bytes, hotkey } = await ask(asked, DESCRIBE_PATH, encodeDescribeRequest(challenge), options);
  return readDescription(bytes, { responder: hotkey, challenge });
}

/** What one peer found when it dialled back. */
export interface ProbeAnswer {
  /** The address that the peer saw. */
  readonly address: string;
  readonly reachable: boolean;
  /** Why not. */
  readonly message: string;
}

/** Asks a peer to dial this side back at `port`, where the axon of `hotkey` (32 bytes) is to answer. */
export async function askForProbe(
  asked: Asked,
  own: { readonly port: number; readonly hotkey: Uint8Array },
  options: AskOptions = {},
): Promise<ProbeAnswer> {
  const request = ProbeRequest.encode({ version: PROTOCOL_VERSION, ...own }).finish();
  const { bytes } = await ask(asked, PROBE_PATH, request, options);
  const reply = decodeWithin('ProbeReply', ProbeReply, bytes, probeReplyRule, 'InvalidResponse');
  const { address, reachable, message } = reply;
  return { address: clean(address), reachable, message: clean(message) };
}

export interface Reachability {
  /** `unknown`: nobody could be asked. */
  readonly outcome: 'reachable' | 'unreachable' | 'unknown';
  /** What came of it, and what to do, in words. */
  readonly text: string;
  readonly answers: readonly {
    readonly peer: string;
    readonly answer: ProbeAnswer | undefined;
    readonly problem: string;
  }[];
}

/** So many peers are asked. */
const PEERS = 3;

/** Asks up to three peers whether they reach the address that this axon announces. Never throws. */
export async function probeReachability(
  peers: readonly Asked[],
  own: { readonly announced: Address; readonly hotkey: Uint8Array },
  options: AskOptions = {},
): Promise<Reachability> {
  const { announced, hotkey } = own;
  const answers = await Promise.all(
    peers.slice(0, PEERS).map(async peer => {
      const name = formatAddress(peer);
      try {
        const answer = await askForProbe(peer, { port: announced.port, hotkey }, options);
        return { peer: name, answer, problem: '' };
      } catch (error) {
        return { peer: name, answer: undefined, problem: messageOf(error) };
      }
    }),
  );
  const given = answers.flatMap(({ answer }) => answer ?? []);
  const at = formatAddress(announced);
  if (given.length === 0) {
    const why = answers.length === 0 ? 'there is no peer to ask' : `none of ${answers.length} peers answered`;
    return { outcome: 'unknown', text: `Nobody could say whether ${at} is reached from outside: ${why}`, answers };
  }
  const elsewhere = given.find(({ address }) => address !== announced.host);
  const reached = given.filter(({ reachable }) => reachable).length;
  const asked = `${reached} of ${given.length} peers`;
  if (elsewhere) {
    const seen = `peers see this machine at ${elsewhere.address}, not at ${announced.host}`;
    const text = reached > 0 ? `${asked} reach it there` : `and do not reach it there either: ${given[0]!.message}`;
    const advice = 'announce the right one with --axon.external_ip';
    return { outcome: 'unreachable', text: `The announced address may be wrong: ${seen}; ${text}; ${advice}`, answers };
  }
  if (reached > 0) return { outcome: 'reachable', text: `${asked} reach this axon at ${at}`, answers };
  const advice = 'open the port in the firewall, forward it in the router (--axon.upnp does), or announce another one';
  return { outcome: 'unreachable', text: `No peer reaches ${at}: ${given[0]!.message}; ${advice}`, answers };
}

/** One call over TLS, to whoever proves the hotkey. */
async function ask(
  asked: Asked,
  path: string,
  bytes: Uint8Array,
  { timeoutMs = 5_000, signal }: AskOptions,
): Promise<{ bytes: Uint8Array; hotkey: Uint8Array }> {
  const began = performance.now();
  const expected = asked.hotkey === undefined ? undefined : keyBytes(hotkeyText(asked.hotkey));
  if (asked.hotkey !== undefined && !expected) {
    throw new RequestError('InvalidRequest', 'a hotkey is an ss58 address, or 0x and 64 hexadecimal digits');
  }
  const nameKey = asked.hotkey?.startsWith('0x') ? keyText : encodeAddress;
  const pin = await pinCertificate(asked, expected, { timeoutMs, signal, nameKey });
  const connection = new Connection(asked, { credentials: pinnedCredentials(pin), messageBytes: DESCRIPTION_BYTES });
  try {
    const leftMs = Math.max(1, timeoutMs - (performance.now() - began));
    return { bytes: await connection.unary({ path, bytes, timeoutMs: leftMs, signal }), hotkey: pin.hotkey };
  } finally {
    connection.close();
  }
}
