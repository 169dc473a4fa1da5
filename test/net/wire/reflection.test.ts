import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILE_DESCRIPTORS } from '../../../src/net/gen/descriptors.js';
import { HealthCheckRequest, HealthCheckResponse } from '../../../src/net/gen/health.js';
import { ServerReflectionRequest, ServerReflectionResponse } from '../../../src/net/gen/reflection.js';
import { healthReply, readHealthRequest } from '../../../src/net/wire/health.js';
import { reflect } from '../../../src/net/wire/reflection.js';
import { hostileBytes } from './arbitrary.js';

const services = ['Bittensor', 'grpc.health.v1.Health'];
const ask = (request: Partial<ServerReflectionRequest>) =>
  ServerReflectionResponse.decode(
    reflect(ServerReflectionRequest.encode({ host: 'h', ...request }).finish(), services),
  );
const nameIn = (descriptor: Uint8Array) => Buffer.from(descriptor.subarray(2, 2 + descriptor[1]!)).toString();

describe('server reflection', () => {
  it('lists the services that the server has', () => {
    const reply = ask({ listServices: '' });
    expect(reply.listServicesResponse?.service.map(({ name }) => name)).toEqual(services);
    expect(reply).toMatchObject({ validHost: 'h', originalRequest: { host: 'h', listServices: '' } });
  });

  it('finds the file of a name, service, method, message, field or enum', () => {
    const files: Record<string, string[]> = {
      'bittensor.proto': [
        'Bittensor',
        'Bittensor.Exchange',
        'Metagraph.Gossip',
        'TensorMessage',
        'Tensor.shape',
        'DataType',
        'BFLOAT16',
      ],
      'health.proto': ['grpc.health.v1.Health.Watch', 'grpc.health.v1.HealthCheckResponse.ServingStatus'],
      'reflection.proto': [
        'grpc.reflection.v1.ServerReflection',
        'grpc.reflection.v1.ServerReflectionRequest.message_request',
      ],
      'reflection_v1alpha.proto': ['grpc.reflection.v1alpha.ServerReflection'],
    };
    for (const [name, symbols] of Object.entries(files)) {
      const replies = [ask({ fileByFilename: name }), ...symbols.map(symbol => ask({ fileContainingSymbol: symbol }))];
      for (const { fileDescriptorResponse } of replies) {
        expect(fileDescriptorResponse?.fileDescriptorProto.map(nameIn)).toEqual([name]);
      }
    }
    expect(FILE_DESCRIPTORS.map(({ name }) => name)).toEqual(Object.keys(files));
  });

  it('defines every message and service of proto/bittensor.proto', () => {
    const source = readFileSync('proto/bittensor.proto', 'utf8');
    const names = [...source.matchAll(/^(?:message|service|enum) (\w+)/gm)].map(match => match[1]);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(FILE_DESCRIPTORS[0]!.symbols).toContain(name);
  });

  it('says NOT_FOUND of what is not there, and INVALID_ARGUMENT of nothing', () => {
    expect(ask({ fileByFilename: 'other.proto' }).errorResponse?.errorCode).toBe(5);
    expect(ask({ fileContainingSymbol: 'toString' }).errorResponse?.errorCode).toBe(5);
    expect(ask({ allExtensionNumbersOfType: 'Tensor' }).errorResponse?.errorCode).toBe(5);
    const extension = { containingType: 'Tensor', extensionNumber: 1 };
    expect(ask({ fileContainingExtension: extension }).errorResponse?.errorCode).toBe(5);
    expect(ask({}).errorResponse?.errorCode).toBe(3);
  });

  it('refuses bytes that are no request', () => {
    const honest = ServerReflectionRequest.encode({ host: '', fileContainingSymbol: 'Tensor' }).finish();
    fc.assert(
      fc.property(hostileBytes(fc.constant(honest)), bytes => {
        try {
          reflect(bytes, services);
        } catch (error) {
          expect(error).toMatchObject({ code: 'refused', returnCode: 'InvalidRequest' });
        }
      }),
      { seed: 71, numRuns: 1_000 },
    );
  });
});

describe('gRPC health', () => {
  it('reads which service is meant and says how it is', () => {
    expect(readHealthRequest(HealthCheckRequest.encode({ service: 'Bittensor' }).finish())).toBe('Bittensor');
    expect(readHealthRequest(new Uint8Array(0))).toBe('');
    expect(
      (['serving', 'not serving', 'unknown'] as const).map(
        health => HealthCheckResponse.decode(healthReply(health)).status,
      ),
    ).toEqual([1, 2, 3]);
    for (const bad of [Uint8Array.of(10, 5, 1), new Uint8Array(300).fill(10)]) {
      expect(() => readHealthRequest(bad)).toThrow(expect.objectContaining({ returnCode: 'InvalidRequest' }));
    }
  });
});
