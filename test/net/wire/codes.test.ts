import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { isReturnCode, RETURN_CODES, type ReturnCode, returnCodeOf } from '../../../src/net/wire/codes.js';
import { clean, fromServiceError, toTrailers } from '../../../src/net/wire/status.js';

const codes = Object.keys(RETURN_CODES) as ReturnCode[];

describe('return codes', () => {
  it('have one number each, and the numbers of bittensor 2.0.3', () => {
    const numbers = codes.map(code => RETURN_CODES[code].number);
    expect(new Set(numbers).size).toBe(codes.length);
    for (const code of codes) expect(returnCodeOf(RETURN_CODES[code].number)).toBe(code);
    expect(RETURN_CODES.NoReturn.number).toBe(0);
    expect(RETURN_CODES.Success.number).toBe(1);
    expect(RETURN_CODES.NotServingNucleus.number).toBe(16);
    expect(RETURN_CODES.Unauthenticated.number).toBe(23);
    expect(returnCodeOf(999)).toBe('UnknownException');
    expect(isReturnCode('toString')).toBe(false);
  });

  it('survive a gRPC status, except that no failure reads as success', () => {
    for (const code of codes) {
      const trailers = toTrailers(code, 'why');
      const metadata = new Metadata();
      metadata.set('bittensor-return-code', trailers['bittensor-return-code']!);
      const error = {
        code: Number(trailers['grpc-status']),
        details: trailers['grpc-message'],
        metadata,
      } as ServiceError;
      const expected = code === 'NoReturn' ? 'UnknownException' : code;
      if (code !== 'Success') expect(fromServiceError(error)).toEqual({ code: expected, message: 'why' });
    }
    const metadata = new Metadata();
    metadata.set('bittensor-return-code', 'Success');
    const lie = { code: status.INTERNAL, details: 'x', metadata } as ServiceError;
    expect(fromServiceError(lie).code).toBe('InvalidResponse');
  });

  it('are found for every status of a peer that names none', () => {
    for (const number of Object.values(status).filter(value => typeof value === 'number')) {
      const error = { code: number, details: '', message: 'm', metadata: new Metadata() } as unknown as ServiceError;
      expect(isReturnCode(fromServiceError(error).code)).toBe(true);
    }
  });

  it('come with text that is fit for one log line', () => {
    expect(clean('a\nb\u001b[31mc\u202ed')).toBe('a b [31mc d');
    expect(clean('x'.repeat(1_000))).toHaveLength(200);
  });
});
