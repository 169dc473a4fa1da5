import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/index.js';
import { CERTIFICATE_NAME, makeCertificate, readCertificate } from '../../../src/net/auth/certificate.js';
import { der, readDer } from '../../../src/net/auth/der.js';
import { RequestError } from '../../../src/net/errors.js';
import { ready } from '../../../src/wallet/index.js';
import { key } from '../keys.js';

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

/** A certificate in its parts, and how to put others together. */
function parts() {
  const [certificate] = readDer(derOf(makeCertificate(key(1)).certPem));
  const [content, ...signature] = readDer(certificate!.content).map(({ whole }) => whole);
  const fields = readDer(readDer(content!)[0]!.content);
  const extensions = readDer(readDer(fields[7]!.content)[0]!.content);
  const [altNames, right] = extensions.map(({ whole }) => whole);
  const oid = readDer(extensions[1]!.content)[0]!.whole;
  const all = fields.map(({ whole }) => whole);
  const rebuilt = (list: Uint8Array[]) => der(0x30, der(0x30, ...list), ...signature);
  const extended = (...list: Uint8Array[]) => rebuilt([...all.slice(0, 7), der(0xa3, der(0x30, ...list))]);
  const proven = (proof: Uint8Array) => extended(altNames!, der(0x30, oid, der(4, proof)));
  return { all, spki: all[6]!, altNames: altNames!, right: right!, oid, rebuilt, extended, proven };
}

describe('what is read of a certificate', () => {
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  const words = (bytes: Uint8Array) => {
    const error = attempt(bytes);
    return error instanceof RequestError ? [error.returnCode, error.message] : 'read';
  };
  const unreadable = (why: string) => ['Unauthenticated', `not the certificate of a neuron: it cannot be read: ${why}`];
  const proof = (spki: Uint8Array) =>
    der(
      0x30,
      der(4, key(1).publicKey),
      der(4, key(1).sign(Buffer.concat([Buffer.from('bittensor-net/2 tls\0'), hash(spki)]))),
    );

  it('is its key and the proof for it, which another implementation can make', () => {
    const { rebuilt, all, proven, spki } = parts();
    expect(words(rebuilt(all))).toBe('read');
    expect(readCertificate(proven(proof(spki)))).toEqual({
      hotkey: key(1).publicKey,
      publicKeyHash: new Uint8Array(hash(spki)),
    });
  });

  it('is a copy, which the buffer of a socket does not change afterwards', () => {
    const { rebuilt, all } = parts();
    const bytes = rebuilt(all);
    const { hotkey } = readCertificate(bytes);
    bytes.fill(0);
    expect(hotkey).toEqual(key(1).publicKey);
  });

  it('has a limit of 4,096 bytes', () => {
    const { rebuilt, all } = parts();
    const padded = (size: number) => {
      const bytes = (padding: number) => rebuilt([...all, der(4, new Uint8Array(padding))]);
      return bytes(size - bytes(1_000).length + 1_000);
    };
    expect(padded(4_096)).toHaveLength(4_096);
    expect(words(padded(4_096))).toBe('read');
    expect(words(padded(4_097))).toEqual(unreadable('4097 bytes'));
  });

  it('is refused in these words when something else is there', () => {
    const { all, rebuilt, extended, proven, spki, altNames, right, oid } = parts();
    const replaced = (at: number, by: Uint8Array) => rebuilt(all.map((field, i) => (i === at ? by : field)));
    const withProof = (...list: Uint8Array[]) => proven(der(0x30, ...list));
    const [hotkey, signature] = [der(4, key(1).publicKey), der(4, new Uint8Array(64))];
    const cases: [string, Uint8Array, string][] = [
      ['nothing', new Uint8Array(), '0 elements instead of one'],
      ['two elements', Buffer.concat([rebuilt(all), rebuilt(all)]), '2 elements instead of one'],
      ['no sequence', der(4, new Uint8Array(3)), 'tag 4 instead of a sequence'],
      ['an empty sequence', der(0x30), 'it is empty'],
      ['content that is none', der(0x30, der(2, Uint8Array.of(1))), 'tag 2 instead of a sequence'],
      ['no key', rebuilt(all.slice(0, 6)), 'its key is not on P-256'],
      ['a key a byte short', replaced(6, der(0x30, new Uint8Array(88))), 'its key is not on P-256'],
      ['a key of another curve', replaced(6, der(0x30, new Uint8Array(89))), 'its key is not on P-256'],
      ['a longer key', replaced(6, der(0x30, readDer(spki)[0]!.content, new Uint8Array(1))), 'its key is not on P-256'],
      ['no extensions', rebuilt(all.slice(0, 7)), 'it has no extensions'],
      ['extensions of another tag', replaced(7, der(0xa2, readDer(all[7]!)[0]!.content)), 'it has no extensions'],
      ['empty extensions', replaced(7, der(0xa3)), '0 elements instead of one'],
      ['no proof', extended(altNames), '0 elements instead of one'],
      ['two proofs', extended(right, right), '2 elements instead of one'],
      ['an extension that is none', extended(right, der(4)), 'tag 4 instead of a sequence'],
      ['a proof without a value', extended(der(0x30, oid)), 'its proof has no value'],
      ['a value of another tag', extended(der(0x30, oid, der(5, der(0x30)))), 'its proof has no value'],
      ['a value of nothing', proven(new Uint8Array()), '0 elements instead of one'],
      ['a proof that is no sequence', proven(der(4)), 'tag 4 instead of a sequence'],
      ['an empty proof', withProof(), 'its proof is malformed'],
      ['no signature', withProof(hotkey), 'its proof is malformed'],
      ['a hotkey of another tag', withProof(der(5, key(1).publicKey), signature), 'its proof is malformed'],
      ['a short hotkey', withProof(der(4, new Uint8Array(31)), signature), 'its proof is malformed'],
      ['a signature of another tag', withProof(hotkey, der(5, new Uint8Array(64))), 'its proof is malformed'],
      ['a short signature', withProof(hotkey, der(4, new Uint8Array(63))), 'its proof is malformed'],
      ['a third part', withProof(hotkey, signature, der(5)), 'its proof is malformed'],
    ];
    for (const [name, bytes, why] of cases) expect([name, words(bytes)]).toEqual([name, unreadable(why)]);
    expect(words(withProof(hotkey, signature))).toEqual([
      'Unauthenticated',
      'not the certificate of a neuron: its hotkey did not sign its public key',
    ]);
    // An extension without any content is somebody else's, and says nothing.
    expect(words(extended(der(0x30), right))).toBe('read');
    // A flag before the value, as an extension may have one.
    expect(words(extended(der(0x30, oid, der(1, Uint8Array.of(255)), der(4, proof(spki)))))).toBe('read');
  });
});

describe('what is written into a certificate', () => {
  it('is of version 3, by this name, with dates a month back and ten years ahead, and a positive number', () => {
    const now = Date.UTC(2030, 5, 15, 12, 30, 45);
    const { certPem } = makeCertificate(key(1), now);
    const certificate = new X509Certificate(certPem);
    expect(Date.parse(certificate.validFrom)).toBe(now - 30 * 86_400_000);
    expect(Date.parse(certificate.validTo)).toBe(now + 3_650 * 86_400_000);
    expect([certificate.subject, certificate.issuer]).toEqual(['CN=axon.bittensor', 'CN=axon.bittensor']);
    expect(certificate.subjectAltName).toBe('DNS:axon.bittensor');
    const fields = readDer(readDer(readDer(derOf(certPem))[0]!.content)[0]!.content);
    expect(toHex(fields[0]!.whole)).toBe('0xa003020102');
    expect(fields[1]!.content.length).toBe(16);
    expect(fields[1]!.content[0]! & 0xc0).toBe(0x40);
    const serials = [1, 2].map(() => new X509Certificate(makeCertificate(key(1)).certPem).serialNumber);
    expect(serials[0]).not.toBe(serials[1]);
  });

  it('is dated by two digits of the year until 2049, and by four from then on', () => {
    const datesOf = (now: number) => {
      const fields = readDer(readDer(readDer(derOf(makeCertificate(key(1), now).certPem))[0]!.content)[0]!.content);
      return readDer(fields[4]!.content).map(({ tag, content }) => `${tag} ${Buffer.from(content)}`);
    };
    const last = Date.UTC(2049, 11, 31, 23, 59, 59) - 3_650 * 86_400_000;
    expect(datesOf(last)[1]).toBe('23 491231235959Z');
    expect(datesOf(last + 1_000)[1]).toBe('24 20500101000000Z');
  });

  it('is PEM of lines of 64 characters', () => {
    const lines = makeCertificate(key(1)).certPem.split('\n');
    expect([lines[0], lines.at(-2), lines.at(-1)]).toEqual([
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      '',
    ]);
    const body = lines.slice(1, -2);
    expect(body.slice(0, -1).every(line => line.length === 64)).toBe(true);
    expect(body.at(-1)!.length).toBeGreaterThan(0);
    expect(body.at(-1)!.length).toBeLessThanOrEqual(64);
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

  it('reads elements one after the other, and says of each where it begins and ends', () => {
    const bytes = Buffer.concat([der(4, Uint8Array.of(1)), der(5), der(0x30, new Uint8Array(128))]);
    const elements = readDer(bytes);
    expect(elements.map(({ tag, content }) => [tag, content.length])).toEqual([
      [4, 1],
      [5, 0],
      [0x30, 128],
    ]);
    expect(Buffer.concat(elements.map(({ whole }) => whole))).toEqual(bytes);
    expect(readDer(new Uint8Array())).toEqual([]);
  });

  it.each([
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_535, '0482ffff'],
  ])('writes the length %i in the shortest form, and reads it', (length, hex) => {
    const bytes = der(4, new Uint8Array(length));
    expect(Buffer.from(bytes.subarray(0, hex.length / 2)).toString('hex')).toBe(hex);
    expect(readDer(bytes)[0]!.content.length).toBe(length);
  });

  it.each([
    ['3080', 'indefinite'],
    ['30817f', 'shortest'],
    ['308200ff', 'shortest'],
    ['3081', 'too soon'],
    ['308201', 'too soon'],
    ['3001', 'too soon'],
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
