import { describe, expect, it } from 'vitest';
import { agreedVersion, isSpoken, PROTOCOL_VERSION } from '../../../src/net/wire/version.js';

describe('versions of the protocol', () => {
  it('agree on the lower of two with one major number', () => {
    expect(agreedVersion('2.3.1', '2.0.0')).toBe('2.0.0');
    expect(agreedVersion('2.0.0', '2.3.1')).toBe('2.0.0');
    expect(agreedVersion('2.3.1', '2.3.7')).toBe('2.3.1');
    expect(agreedVersion('2.10.0', '2.9.0')).toBe('2.9.0');
    expect(agreedVersion(PROTOCOL_VERSION)).toBe(PROTOCOL_VERSION);
  });

  it.each([
    '0.0.0',
    '1.0.0',
    '3.0.0',
    '',
    '2',
    '2.0',
    '2.0.0.0',
    ' 2.0.0',
    '2.0.0-rc',
    '02.0.0x',
  ])('have none in common with "%s"', other => {
    expect(agreedVersion(other)).toBeUndefined();
    expect(isSpoken(other)).toBe(false);
  });
});
