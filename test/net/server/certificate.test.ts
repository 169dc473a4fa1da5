import { createPublicKey, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/index.js';
import { CERTIFICATE_NAME, makeCertificate, readCertificate } from '../../../src/net/auth/certificate.js';
import { der, readDer } from '../../../src/net/auth/der.js';
import { RequestError } from '../../../src/net/index.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../helpers.js';

beforeAll(() => ready());

const derOf = (pem: string) => new X509Certificate(pem).raw;

describe('the certificate of an axon', () => {
  it('is one that OpenSSL reads: self-signed, P-256, good for long, of a private key that fits', () => {
    const { certPem, keyPem } = makeCertificate(key(1));
    const certificate = new X509Certificate(certPem);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(certificate.checkHost(CERTIFICATE_NAME)).toBe(CERTIFICATE_NAME);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now() - 86_400_000);
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000);
    const own = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
    expect(toHex(certificate.publicKey.export({ type: 'spki', format: 'der' }))).toBe(toHex(own));
  });

  it('dates from 2050 on are written as the standard wants them', () => {
    const { certPem } = makeCertificate(key(1), Date.UTC(2045, 0, 1));
    expect(new X509Certificate(certPem).validTo).toMatch(/2054/);
  });

  it('tells the hotkey that signed its key, and is another one each time', () => {
    const [one, two] = [makeCertificate(key(1)), makeCertificate(key(1))];
    const read = readCertificate(derOf(one.certPem));
    expect(toHex(read.hotkey)).toBe(toHex(key(1).publicKey));
    expect(toHex(read.publicKeyHash)).toBe(toHex(one.publicKeyHash));
    expect(toHex(two.publicKeyHash)).not.toBe(toHex(one.publicKeyHash));
  });

  it('does not take the proof of another certificate', () => {
    const [one, two] = [makeCertificate(key(1)), makeCertificate(key(2))].map(made => derOf(made.certPem));
    // The proof is the last of the extensions, at one distance from the end of those: 96 bytes of key and signature.
    const proofOf = (bytes: Buffer) => bytes.indexOf(Buffer.from('30640420', 'hex'));
    const forged = Buffer.from(one!);
    two!.copy(forged, proofOf(forged), proofOf(two!), proofOf(two!) + 102);
    expect(() => readCertificate(forged)).toThrow(/did not sign/);
    expect(readCertificate(one!).hotkey).toEqual(key(1).publicKey);
  });

  it('is refused with a RequestError, or says the same, whatever byte is changed', () => {
    const bytes = derOf(makeCertificate(key(1)).certPem);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 1 << (i % 8);
      const read = attempt(changed);
      if (!(read instanceof RequestError)) expect(read).toEqual(readCertificate(bytes));
    }
  });

  it('refuses whatever else is sent in its place', () => {
    const bytes = derOf(makeCertificate(key(1)).certPem);
    for (let length = 0; length < bytes.length; length++) {
      expect(attempt(bytes.subarray(0, length))).toBeInstanceOf(RequestError);
    }
    expect(attempt(Buffer.concat([bytes, Buffer.of(0)]))).toBeInstanceOf(RequestError);
    expect(attempt(Buffer.alloc(100_000, 0x30))).toBeInstanceOf(RequestError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), noise => {
        expect(attempt(noise)).toBeInstanceOf(RequestError);
      }),
      { seed: 61, numRuns: 5_000 },
    );
  });
});

describe('DER', () => {
  it('reads what it wrote, of any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 60_000 }), (tag, length) => {
        const [element, ...more] = readDer(der(tag, new Uint8Array(length)));
        expect([element?.tag, element?.content.length, more.length]).toEqual([tag, length, 0]);
      }),
      { seed: 62, numRuns: 200 },
    );
  });

  it.each([
    ['3080', 'indefinite'],
    ['308101', 'shortest'],
    ['30820001', 'shortest'],
    ['1f8101', 'several bytes'],
    ['3083010000', 'too large'],
    ['3003', 'too soon'],
    ['30', 'too soon'],
  ])('refuses %s', (hex, why) => {
    expect(() => readDer(Buffer.from(hex, 'hex'))).toThrow(why);
  });
});

function attempt(bytes: Uint8Array): unknown {
  try {
    return readCertificate(bytes);
  } catch (error) {
    return error;
  }
}
