import { HealthCheckRequest, HealthCheckResponse, HealthCheckResponse_ServingStatus } from '../gen/health.js';
import { decodeWithin } from './decode.js';

/** Messages of gRPC health checking (grpc.health.v1). */

/** Methods: `Check` is unary, `Watch` streams replies. */
export const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
export const HEALTH_WATCH = '/grpc.health.v1.Health/Watch';

/** `unknown`: no such service. A Check of it is answered with the status NOT_FOUND instead. */
export type Health = 'serving' | 'not serving' | 'unknown';

/** The service asked for; empty: the whole server. Error `InvalidRequest`. */
export function readHealthRequest(bytes: Uint8Array): string {
  return decodeWithin('HealthCheckRequest', HealthCheckRequest, bytes, { 1: { count: 1, bytes: 256 } }).service;
}

const statuses: Record<Health, HealthCheckResponse_ServingStatus> = {
  serving: HealthCheckResponse_ServingStatus.SERVING,
  'not serving': HealthCheckResponse_ServingStatus.NOT_SERVING,
  unknown: HealthCheckResponse_ServingStatus.SERVICE_UNKNOWN,
};

export function healthReply(health: Health): Uint8Array {
  return HealthCheckResponse.encode({ status: statuses[health] }).finish();
}
