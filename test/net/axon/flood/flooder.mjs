// Strangers: `{ rate }` begins a flood of so many requests a second whatever becomes of them, `stop` ends it. Their bytes
// are made beforehand, their addresses many (all of 127.0.0.0/8 is this machine where the system is Linux).
import { randomBytes } from 'node:crypto';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { Frame, Method } from '../../../../dist/src/net/gen/bittensor.js';
import { encodeRequestHead } from '../../../../dist/src/net/wire/head-bytes.js';
import { PROTOCOL_VERSION } from '../../../../dist/src/net/wire/version.js';
import { ready } from '../../../../dist/src/wallet/index.js';
import { key } from './keys.mjs';

await ready();
const port = Number(process.argv[2]);
const ADDRESSES = 24;
/** Requests without an answer on one connection, beyond which this side would only fill its own memory. */
const WAITING = 200;
const BODY_BYTES = 2_048;

const message = bytes => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
};
const headOf = caller => ({
  version: PROTOCOL_VERSION,
  method: Method.FORWARD,
  caller,
  receiver: key(1).publicKey,
  synapseKey: '',
  nonce: Date.now() * 1_000,
  parameterVersion: 0,
  tensorsDigest: randomBytes(32),
  signature: randomBytes(64),
  length: BODY_BYTES,
  timeoutMs: 5_000,
  network: new Uint8Array(),
  replyEncoding: 0,
  replyCompression: 0,
});
const body = message(randomBytes(BODY_BYTES));
const strangers = Array.from({ length: 64 }, () => headOf(randomBytes(32)));
const forged = headOf(key(2).publicKey);
const basic = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
const headersWith = head => ({
  ...basic,
  ':path': '/Bittensor/Forward',
  'bittensor-request-bin': Buffer.from(encodeRequestHead(head)).toString('base64'),
});
const strangersHeaders = strangers.map(headersWith);
const hello = message(
  Frame.encode(Frame.fromPartial({ hello: { version: PROTOCOL_VERSION, network: new Uint8Array() } })).finish(),
);

let counts = { offered: 0, sent: 0, connections: 0 };
let nonce = 0;
const localAddress = n => (process.platform === 'linux' ? `127.0.1.${n + 1}` : undefined);

/** A stranger's connection, which is opened again when the axon closes it. */
class Stranger {
  constructor(n) {
    this.address = localAddress(n);
    this.waiting = 0;
  }

  open() {
    this.exchange = undefined;
    this.waiting = 0;
    counts.connections++;
    const session = connectHttp2(`http://127.0.0.1:${port}`, {
      createConnection: () => connect({ port, host: '127.0.0.1', localAddress: this.address }),
    });
    session.on('error', () => {});
    session.on('connect', () => {
      this.connected = true;
    });
    session.on('close', () => {
      if (this.session === session) this.connected = false;
    });
    this.connected = false;
    this.session = session;
  }

  send(i) {
    counts.offered++;
    if (!this.session || this.session.destroyed || this.session.closed) this.open();
    if (!this.connected || this.waiting >= WAITING) return;
    counts.sent++;
    const kind = i % 4;
    if (kind === 0) return this.frame();
    // A wrong signature is looked at only where the nonce is new and of this time.
    const fresh = { ...forged, nonce: Date.now() * 1_000 + (nonce++ % 1_000) };
    this.unary(kind === 1 ? headersWith(fresh) : strangersHeaders[i % strangersHeaders.length]);
  }

  unary(headers) {
    const stream = this.session.request(headers);
    this.waiting++;
    stream.on('error', () => {});
    stream.on('close', () => {
      this.waiting--;
    });
    stream.end(body);
    stream.resume();
  }

  /** One more request in a session without TLS, where each is signed. */
  frame() {
    if (!this.exchange || this.exchange.destroyed) {
      const stream = this.session.request({ ...basic, ':path': '/Bittensor/Exchange' });
      stream.on('error', () => {});
      stream.on('close', () => {
        this.exchange = undefined;
      });
      stream.resume();
      stream.write(hello);
      this.exchange = stream;
      this.id = 0;
    }
    const head = { ...forged, nonce: Date.now() * 1_000 + (nonce++ % 1_000) };
    const frame = Frame.fromPartial({ id: ++this.id, request: head, body: body.subarray(5) });
    this.exchange.write(message(Frame.encode(frame).finish()));
  }
}

function sendGarbage(n) {
  counts.offered++;
  const socket = connect({ port, host: '127.0.0.1', localAddress: localAddress(n % ADDRESSES) });
  socket.on('error', () => {});
  socket.on('connect', () => {
    counts.sent++;
    const bytes = randomBytes(512);
    if (n % 2 === 0) bytes[0] = 0x16;
    socket.end(bytes);
  });
  socket.setTimeout(2_000, () => socket.destroy());
}

const all = Array.from({ length: ADDRESSES }, (_, n) => new Stranger(n));
/** Half of it comes from one address, the rest from all others. */
const turn = n => all[n % 2 === 0 ? 0 : 1 + ((n >> 1) % (ADDRESSES - 1))];

let timer;
function begin(rate) {
  counts = { offered: 0, sent: 0, connections: 0 };
  const start = performance.now();
  let done = 0;
  timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1_000) * rate);
    for (; done < due; done++) {
      if (done % 50 === 0) sendGarbage(done / 50);
      else turn(done).send(done >> 2);
    }
  }, 5);
  return start;
}

let began = 0;
process.on('disconnect', () => process.exit());
process.on('message', ({ rate }) => {
  if (rate !== undefined) {
    began = begin(rate);
    return void process.send('flooding');
  }
  clearInterval(timer);
  process.send({ ...counts, seconds: (performance.now() - began) / 1_000 });
});
process.send('ready');
