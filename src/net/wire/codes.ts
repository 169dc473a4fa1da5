/** The status codes of gRPC that this protocol uses, by name. Numbers: grpc.io, "Status codes and their use in gRPC". */
export type GrpcStatus =
  | 'OK'
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

interface CodeRow {
  /** The number in `TensorMessage.return_code`. */
  readonly number: number;
  /** What the same refusal is called when it is sent before a caller is known, as the status of the call. */
  readonly grpc: GrpcStatus;
  readonly meaning: string;
}

/**
 * What can come of a request: the one table, from which docs/protocol.md's is made.
 * Names and numbers up to 23 are those of opentensor/bittensor 2.0.3; from 32 up they are this project's.
 */
export const RETURN_CODES = {
  NoReturn: row(0, 'UNKNOWN', 'no code was set; never sent'),
  Success: row(1, 'OK', 'the reply holds what was asked for'),
  Timeout: row(2, 'DEADLINE_EXCEEDED', 'the deadline passed before the answer was there'),
  Backoff: row(3, 'RESOURCE_EXHAUSTED', 'the caller asks too often or is refused for a while'),
  Unavailable: row(4, 'UNAVAILABLE', 'nobody answers there, or the neuron is stopping'),
  NotImplemented: row(5, 'UNIMPLEMENTED', 'the synapse has no such call'),
  EmptyRequest: row(6, 'INVALID_ARGUMENT', 'the request holds no tensor'),
  EmptyResponse: row(7, 'INTERNAL', 'the reply holds no tensor where one was due'),
  InvalidResponse: row(
    8,
    'INTERNAL',
    'the reply is malformed, not signed by the peer asked, or answers something else',
  ),
  InvalidRequest: row(9, 'INVALID_ARGUMENT', 'the request is malformed'),
  RequestShapeException: row(10, 'INVALID_ARGUMENT', 'a tensor of the request has a shape that is not served'),
  ResponseShapeException: row(11, 'INTERNAL', 'a tensor of the reply has another shape than asked for'),
  RequestSerializationException: row(12, 'INTERNAL', "the caller's own tensors cannot be sent"),
  ResponseSerializationException: row(13, 'INTERNAL', 'the synapse answered with tensors that cannot be sent'),
  RequestDeserializationException: row(14, 'INVALID_ARGUMENT', 'a tensor of the request lies about its content'),
  ResponseDeserializationException: row(15, 'INTERNAL', 'a tensor of the reply lies about its content'),
  NotServingNucleus: row(16, 'NOT_FOUND', 'no such synapse is served here'),
  NucleusTimeout: row(17, 'DEADLINE_EXCEEDED', 'the request waited too long to be computed'),
  NucleusFull: row(18, 'RESOURCE_EXHAUSTED', 'as many requests as may be are under way'),
  RequestIncompatibleVersion: row(19, 'FAILED_PRECONDITION', 'the request speaks another version of the protocol'),
  ResponseIncompatibleVersion: row(20, 'FAILED_PRECONDITION', 'the reply speaks another version of the protocol'),
  SenderUnknown: row(21, 'PERMISSION_DENIED', 'the caller is not admitted here'),
  UnknownException: row(22, 'UNKNOWN', 'something else went wrong'),
  Unauthenticated: row(
    23,
    'UNAUTHENTICATED',
    'the signature is absent or not that of the caller for this very request',
  ),
  Stale: row(32, 'ABORTED', 'the parameter version of the forward call is no longer there'),
  Replayed: row(33, 'UNAUTHENTICATED', 'the nonce was used before, or is too old to tell'),
  ClockSkew: row(
    34,
    'UNAUTHENTICATED',
    "the nonce is outside the time window of the axon's clock, which the reply states",
  ),
  TooLarge: row(35, 'RESOURCE_EXHAUSTED', 'the message is larger than the receiver takes'),
  Cancelled: row(36, 'CANCELLED', 'the caller gave up'),
} as const satisfies Record<string, CodeRow>;

/** What came of a request; `Success` is the only good one. */
export type ReturnCode = keyof typeof RETURN_CODES;

function row(number: number, grpc: GrpcStatus, meaning: string): CodeRow {
  return { number, grpc, meaning };
}

const byNumber = new Map(Object.entries(RETURN_CODES).map(([code, { number }]) => [number, code as ReturnCode]));

/** The code with this number; unknown numbers, of a newer peer perhaps, are `UnknownException`. */
export function returnCodeOf(number: number): ReturnCode {
  return byNumber.get(number) ?? 'UnknownException';
}

export function isReturnCode(text: unknown): text is ReturnCode {
  return typeof text === 'string' && Object.hasOwn(RETURN_CODES, text);
}
