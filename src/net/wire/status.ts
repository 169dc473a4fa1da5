import { type ServiceError, status } from '@grpc/grpc-js';
import { type GrpcStatus, isReturnCode, RETURN_CODES, type ReturnCode } from './codes.js';

/** The only place where return codes meet gRPC's statuses. */

/** Trailer that names the exact return code beside the coarser status. */
const CODE_KEY = 'bittensor-return-code';

/** A refusal as the trailers of a call: for requests whose caller is not known yet. */
export function toTrailers(code: ReturnCode, message: string): Record<string, string> {
  return {
    'grpc-status': String(status[RETURN_CODES[code].grpc]),
    // gRPC over HTTP/2 has it percent-encoded: of printable ASCII the percent sign alone.
    'grpc-message': clean(message).replaceAll('%', '%25'),
    [CODE_KEY]: code,
  };
}

const fallback: Record<GrpcStatus, ReturnCode> = {
  OK: 'Success',
  CANCELLED: 'Cancelled',
  UNKNOWN: 'UnknownException',
  INVALID_ARGUMENT: 'InvalidRequest',
  DEADLINE_EXCEEDED: 'Timeout',
  NOT_FOUND: 'NotServingNucleus',
  PERMISSION_DENIED: 'SenderUnknown',
  RESOURCE_EXHAUSTED: 'TooLarge',
  FAILED_PRECONDITION: 'RequestIncompatibleVersion',
  ABORTED: 'Stale',
  UNIMPLEMENTED: 'NotImplemented',
  INTERNAL: 'InvalidResponse',
  UNAVAILABLE: 'Unavailable',
  UNAUTHENTICATED: 'Unauthenticated',
};

/** What a failed call means, whoever failed it: this side, the wire, or a peer of any make. */
export function fromServiceError(error: ServiceError): { code: ReturnCode; message: string } {
  const named: unknown = error.metadata?.get(CODE_KEY)[0];
  // A peer cannot claim success by a failed call, nor the absence of a code.
  const code = isReturnCode(named) && named !== 'Success' && named !== 'NoReturn' ? named : undefined;
  const byStatus = fallback[status[error.code] as GrpcStatus] ?? 'UnknownException';
  return { code: code ?? byStatus, message: clean(error.details || error.message) };
}

/** Text of a stranger, fit for a log line: printable, one line, not long. */
export function clean(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 200);
}
