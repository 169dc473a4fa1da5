import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAddress } from '../../src/base/index.js';
import { type Endpoint, endpoint } from '../../src/index.js';

const known: Endpoint = {
  version: 150,
  uid: 7,
  hotkey: '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
  ip: '1.2.3.4',
  ipType: 4,
  port: 8091,
  coldkey: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  modality: 0,
};

/** `json.dumps` of Python 3.11, of a dictionary in the order of bittensor 1.5.0's `endpoint_impl.py`. */
const AS_PYTHON_WRITES_IT =
  '{"version": 150, "uid": 7, "hotkey": "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "ip": "1.2.3.4", "ip_type": 4, "port": 8091, "coldkey": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "modality": 0}';

const tensorOf = (numbers: readonly bigint[]) => ({ shape: [250] as const, data: BigInt64Array.from(numbers) });
const padded = (text: string) => {
  const bytes = Array.from(new TextEncoder().encode(text), BigInt);
  return tensorOf([...bytes, ...Array<bigint>(Math.max(0, 250 - bytes.length)).fill(-1n)]);
};

const address = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(key => encodeAddress(key));
const anyEndpoint = fc.record({
  version: fc.integer({ min: 0, max: 999 }),
  uid: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  hotkey: address,
  ip: fc.ipV4(),
  ipType: fc.constant(4 as const),
  port: fc.integer({ min: 0, max: 65_535 }),
  coldkey: address,
  modality: fc.constant(0),
});

describe('an endpoint as a tensor', () => {
  it('is the JSON of Python as int64, padded with -1 to 250', () => {
    const { dtype, shape, data } = endpoint.toTensor(known);
    expect([dtype, shape]).toEqual(['int64', [250]]);
    expect(data).toEqual(padded(AS_PYTHON_WRITES_IT).data);
    expect(data.indexOf(-1n)).toBe(AS_PYTHON_WRITES_IT.length);
  });

  it('is read back', () => {
    expect(endpoint.fromTensor(padded(AS_PYTHON_WRITES_IT))).toEqual(known);
  });

  it('is the dummy endpoint where all of it is -1', () => {
    const none = endpoint.fromTensor(tensorOf(Array<bigint>(250).fill(-1n)));
    expect(none).toEqual({ ...known, version: 0, uid: -1, hotkey: '', ip: '0.0.0.0', port: 0, coldkey: '' });
    expect(endpoint.toTensor(none).data.every(value => value === -1n)).toBe(true);
  });

  it('comes back as it was, whatever it is', () => {
    fc.assert(
      fc.property(anyEndpoint, one => {
        expect(endpoint.fromTensor(endpoint.toTensor(one))).toEqual(one);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('holds the longest address of IPv6', () => {
    const long: Endpoint = { ...known, ip: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', ipType: 6 };
    expect(endpoint.fromTensor(endpoint.toTensor(long))).toEqual(long);
  });

  it.each([
    ['a version over 999', { version: 1_000 }],
    ['a uid beyond 32 bits', { uid: 2 ** 32 }],
    ['a uid of -2', { uid: -2 }],
    ['a hotkey that is no address', { hotkey: `${known.hotkey.slice(0, -1)}x` }],
    ['no coldkey', { coldkey: undefined }],
    ['an address of 33 characters', { ip: '1'.repeat(33) }],
    ['an ip_type of 5', { ipType: 5 }],
    ['port 65536', { port: 65_536 }],
    ['another modality', { modality: 1 }],
  ])('refuses %s, in both directions', (_, change) => {
    const wrong = { ...known, ...change } as Endpoint;
    expect(() => endpoint.toTensor(wrong)).toThrow(expect.objectContaining({ code: 'bad_endpoint' }));
    const { ipType, ...rest } = wrong;
    const tensor = padded(JSON.stringify({ ...rest, ip_type: ipType }));
    expect(() => endpoint.fromTensor(tensor)).toThrow(expect.objectContaining({ code: 'bad_endpoint' }));
  });

  it('refuses what does not fit into 250 numbers, which every neuron of a chain does', () => {
    const ip = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
    const longest: Endpoint = { ...known, version: 999, uid: 65_535, port: 65_535, ip, ipType: 6 };
    expect(endpoint.toTensor(longest).data.at(-3)).toBeGreaterThan(0n);
    expect(() => endpoint.toTensor({ ...longest, uid: 2 ** 32 - 1 })).toThrow(/takes 253 bytes, and 250 are there/);
  });

  it('refuses bytes of a stranger with one error and nothing else', () => {
    const number = fc.oneof(fc.bigInt({ min: -1n, max: 255n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    fc.assert(
      fc.property(fc.array(number, { minLength: 250, maxLength: 250 }), numbers => {
        expect(() => endpoint.fromTensor(tensorOf(numbers))).toThrow(expect.objectContaining({ code: 'bad_endpoint' }));
      }),
      { seed: 8, numRuns: 200 },
    );
    for (const text of ['{', 'null', '[]', '"x"', '{"uid": 1}', AS_PYTHON_WRITES_IT.replace('}', ', ')]) {
      expect(() => endpoint.fromTensor(padded(text)), text).toThrow(expect.objectContaining({ code: 'bad_endpoint' }));
    }
    const tail = padded(AS_PYTHON_WRITES_IT);
    tail.data[249] = 32n;
    expect(() => endpoint.fromTensor(tail)).toThrow(/follows its padding/);
  });
});
