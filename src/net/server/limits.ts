/** What the server takes. The defaults are for the open internet; docs/protocol.md lists them. */
export interface ServerLimits {
  readonly connections: number;
  /** Of one IPv4 address, or of one /64 network of IPv6. */
  readonly connectionsPerAddress: number;
  /** New connections of one address: so many at once, and so many a second. */
  readonly connectBurst: number;
  readonly connectsPerSecond: number;
  /** Connections that have not finished TLS's handshake yet, in all and of one address. */
  readonly handshakes: number;
  readonly handshakesPerAddress: number;
  /** How long the first byte and the handshake may take together, milliseconds. */
  readonly handshakeMs: number;

  /** Calls at a time on one connection, before and after a caller showed its key. */
  readonly strangerStreams: number;
  readonly streamsPerConnection: number;
  /** What a caller may send ahead on each stream, bytes, before and after it showed its key. */
  readonly strangerWindowBytes: number;
  readonly windowBytes: number;
  /** Headers of one call, bytes. */
  readonly headerBytes: number;
  /** What HTTP/2 may keep for one connection, MiB. */
  readonly sessionMemoryMiB: number;
  /** Calls that a connection may give up: so many at once, and so many a second. */
  readonly resetBurst: number;
  readonly resetsPerSecond: number;
  /** Refusals of one address on connections where nobody showed a key: so many at once, and so many a second. */
  readonly refusalBurst: number;
  readonly refusalsPerSecond: number;
  /** Beyond, the connection is closed and the address opens no other so long, milliseconds. */
  readonly holdOffMs: number;

  /** Largest request and reply of a unary call, bytes. */
  readonly messageBytes: number;
  /** Largest request whose caller is told by no header, bytes. */
  readonly unannouncedBytes: number;
  /** Largest frame of an Exchange, bytes. */
  readonly frameBytes: number;
  /** Requests of one small method, such as Describe, handled at a time; more are refused with `NucleusFull`. */
  readonly concurrentCalls: number;
  /** Requests of callers not admitted yet whose message is not whole: in all (then the oldest goes), of one connection. */
  readonly receivingCalls: number;
  readonly receivingPerConnection: number;
  /** How long the bytes of one request may take (and a second more for each MiB), and those of one reply, milliseconds. */
  readonly receiveMs: number;
  readonly sendMs: number;
  /** How long a new connection may stay without any call, and a used one, milliseconds. */
  readonly firstCallMs: number;
  readonly idleMs: number;
  /** After this time a connection is asked to end, and after the grace made to, milliseconds. */
  readonly ageMs: number;
  readonly graceMs: number;
  /** A connection that is silent so long is asked whether it lives, and has so long to answer, milliseconds. */
  readonly pingMs: number;
  readonly pongMs: number;
  /** Bytes that nobody asked for yet: on all connections together, on one, and on one of a stranger. */
  readonly heldBytes: number;
  readonly connectionHeldBytes: number;
  readonly strangerHeldBytes: number;
  /** Bytes of answers that one connection did not take yet, and a stranger's; beyond it is closed. */
  readonly unsentBytes: number;
  readonly strangerUnsentBytes: number;
  /** Bodies in memory: all together, those of unary calls, and those of unary calls on one connection. */
  readonly bodyMemoryBytes: number;
  readonly unaryBytes: number;
  readonly connectionUnaryBytes: number;
}

const MIB = 2 ** 20;

export const defaultServerLimits: ServerLimits = {
  connections: 512,
  connectionsPerAddress: 128,
  connectBurst: 256,
  connectsPerSecond: 32,
  handshakes: 128,
  handshakesPerAddress: 64,
  handshakeMs: 5_000,
  strangerStreams: 32,
  streamsPerConnection: 128,
  strangerWindowBytes: 64 * 1024,
  windowBytes: 2 * MIB,
  headerBytes: 16 * 1024,
  sessionMemoryMiB: 64,
  resetBurst: 400,
  resetsPerSecond: 20,
  refusalBurst: 200,
  refusalsPerSecond: 20,
  holdOffMs: 1_000,
  messageBytes: 16 * MIB,
  unannouncedBytes: 64 * 1024,
  frameBytes: MIB + 64 * 1024,
  concurrentCalls: 64,
  receivingCalls: 1_024,
  receivingPerConnection: 64,
  receiveMs: 15_000,
  sendMs: 15_000,
  firstCallMs: 10_000,
  idleMs: 300_000,
  ageMs: 3_600_000,
  graceMs: 30_000,
  pingMs: 30_000,
  pongMs: 10_000,
  heldBytes: 48 * MIB,
  connectionHeldBytes: 16 * MIB,
  strangerHeldBytes: 4 * MIB,
  unsentBytes: 64 * MIB,
  strangerUnsentBytes: 16 * MIB,
  bodyMemoryBytes: 512 * MIB,
  unaryBytes: 64 * MIB,
  connectionUnaryBytes: 24 * MIB,
};
