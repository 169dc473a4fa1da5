import { FILE_DESCRIPTORS, type FileDescriptor } from '../gen/descriptors.js';
import { ServerReflectionRequest, ServerReflectionResponse } from '../gen/reflection.js';
import { decodeWithin } from './decode.js';
import type { FieldRule } from './envelope.js';

/** gRPC server reflection, answered from descriptors that were made with the code. */

/** Both are streams of requests and replies, with the same messages. */
export const REFLECTION_METHODS = [
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
] as const;

// Status codes of gRPC.
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;

const text: FieldRule = { count: 1, bytes: 512 };
const rule = { 1: text, 3: text, 4: text, 5: { count: 1, bytes: 512 }, 6: text, 7: text };

/** The reply to one request. `services` are those that this server has. Error `InvalidRequest`: it is no request. */
export function reflect(bytes: Uint8Array, services: readonly string[]): Uint8Array {
  const request = decodeWithin('ServerReflectionRequest', ServerReflectionRequest, bytes, rule);
  const reply = ServerReflectionResponse.create({ validHost: request.host, originalRequest: request });
  return ServerReflectionResponse.encode({ ...reply, ...answer(request, services) }).finish();
}

type Answer = Pick<ServerReflectionResponse, 'fileDescriptorResponse' | 'listServicesResponse' | 'errorResponse'>;

function answer(request: ServerReflectionRequest, services: readonly string[]): Answer {
  const { fileByFilename, fileContainingSymbol, listServices } = request;
  if (listServices !== undefined) return { listServicesResponse: { service: services.map(name => ({ name })) } };
  if (fileByFilename !== undefined) return file(FILE_DESCRIPTORS.find(one => one.name === fileByFilename));
  if (fileContainingSymbol !== undefined) {
    return file(FILE_DESCRIPTORS.find(one => one.symbols.includes(fileContainingSymbol)));
  }
  if (request.fileContainingExtension ?? request.allExtensionNumbersOfType) {
    return { errorResponse: { errorCode: NOT_FOUND, errorMessage: 'there are no extensions' } };
  }
  return { errorResponse: { errorCode: INVALID_ARGUMENT, errorMessage: 'the request asks for nothing' } };
}

function file(found: FileDescriptor | undefined): Answer {
  if (!found) return { errorResponse: { errorCode: NOT_FOUND, errorMessage: 'not found' } };
  return { fileDescriptorResponse: { fileDescriptorProto: [Buffer.from(found.descriptor, 'base64')] } };
}
