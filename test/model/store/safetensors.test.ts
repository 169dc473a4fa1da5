import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  writeSafetensors,
} from '../../../src/model/store/safetensors.js';
import { plain, wave } from '../helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tensors = [
  { name: 'a', shape: [2, 3], data: plain([2, 3], wave).data },
  { name: 'b', shape: [], data: Float32Array.of(7) },
  { name: 'ä "quoted"', shape: [0], data: new Float32Array(0) },
];

describe('a safetensors file', () => {
  it('reads back as it was written', () => {
    const file = encodeSafetensors(tensors, { format: 'x', note: 'Grüße' });
    const { tensors: read, metadata } = decodeSafetensors(file);
    expect(read).toEqual(tensors);
    expect(metadata).toMatchObject({ format: 'x', note: 'Grüße' });
  });

  it('has the layout of the format: length, JSON padded to 8 bytes, data', () => {
    const file = Buffer.from(encodeSafetensors(tensors, {}));
    const length = Number(file.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
    expect(header.a).toEqual({ dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] });
    expect(file.readFloatLE(8 + length + 24)).toBe(7);
    expect(file.length).toBe(8 + length + 28);
  });

  it('is refused after any change of one bit', () => {
    const file = encodeSafetensors(tensors, { format: 'x' });
    fc.assert(
      fc.property(fc.nat(file.length * 8 - 1), bit => {
        const changed = Uint8Array.from(file);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => decodeSafetensors(changed)).toThrow(Error);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });

  it('is refused when it is cut off anywhere, or longer, or noise', () => {
    const file = encodeSafetensors(tensors, { format: 'x' });
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeSafetensors(file.subarray(0, length))).toThrow(Error);
    }
    expect(() => decodeSafetensors(Buffer.concat([file, Buffer.of(0)]))).toThrow(/the file at/);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), noise => {
        expect(() => decodeSafetensors(noise)).toThrow(Error);
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('is the same when it is written tensor by tensor', () => {
    const path = join(folder, 'streamed.safetensors');
    writeSafetensors(path, tensors, { format: 'x' });
    expect(readFileSync(path).equals(encodeSafetensors(tensors, { format: 'x' }))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is not written for numbers that do not fill their shape', () => {
    expect(() => encodeSafetensors([{ name: 'a', shape: [3], data: new Float32Array(2) }], {})).toThrow(/2 numbers/);
  });
});

/** Made by Python's `safetensors`; see make.py there. */
const vectors = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'vectors', 'safetensors');
const json = <T>(name: string) => JSON.parse(readFileSync(join(vectors, name), 'utf8')) as T;

interface Types {
  metadata: Record<string, string>;
  tensors: Record<string, { dtype: string; shape: number[]; values: (number | string)[] }>;
}

describe("a file of Python's safetensors", () => {
  const { metadata, tensors: expected } = json<Types>('types.json');

  it('is read in every type, number by number', () => {
    using file = openSafetensors(join(vectors, 'types.safetensors'));
    expect(file.metadata).toEqual(metadata);
    expect(new Set(file.names())).toEqual(new Set(Object.keys(expected)));
    for (const [name, { dtype, shape, values }] of Object.entries(expected)) {
      expect(file.entry(name)).toMatchObject({ dtype, shape });
      const { data } = file.numbers(name);
      if (dtype === 'I64') expect([...data]).toEqual(values.map(BigInt));
      else expect([...data]).toEqual(values);
      expect([...file.floats(name).data]).toEqual(values.map(value => Math.fround(Number(value))));
    }
  });

  it('says what it does not have', () => {
    using file = openSafetensors(join(vectors, 'types.safetensors'));
    expect(() => file.numbers('nobody')).toThrow('it has no tensor "nobody"');
    expect(() => file.verifyChecksum()).toThrow('no checksum');
  });

  interface Verdict {
    case: string;
    file: string;
    accepts: boolean;
    tensors?: string[];
  }
  it.each(json<{ cases: Verdict[] }>('verdicts.json').cases)('is judged as there: $case', verdict => {
    const path = join(folder, 'case.safetensors');
    writeFileSync(path, Buffer.from(verdict.file, 'base64'));
    if (!verdict.accepts) expect(() => openSafetensors(path)).toThrow(Error);
    else {
      using file = openSafetensors(path);
      expect(file.names().sort()).toEqual(verdict.tensors);
      for (const name of file.names()) file.numbers(name);
    }
  });
});

describe('a large file', () => {
  it('is read by offset: what is not asked for is never in memory', () => {
    // Sparse: 3 GiB that take no place on the disk.
    const path = join(folder, 'large.safetensors');
    const gib = 2 ** 30;
    const header = Buffer.from(
      JSON.stringify({
        big: { dtype: 'U8', shape: [3 * gib], data_offsets: [0, 3 * gib] },
        small: { dtype: 'F32', shape: [2], data_offsets: [3 * gib, 3 * gib + 8] },
      }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(path, Buffer.concat([length, header]));
    const file = openSync(path, 'r+');
    try {
      ftruncateSync(file, 8 + header.length + 3 * gib + 8);
      writeSync(file, new Uint8Array(Float32Array.of(1.5, -2).buffer), 0, 8, 8 + header.length + 3 * gib);
    } finally {
      closeSync(file);
    }
    const before = process.memoryUsage().rss;
    using opened = openSafetensors(path);
    expect([...opened.floats('small').data]).toEqual([1.5, -2]);
    expect(process.memoryUsage().rss - before).toBeLessThan(gib);
  });

  it('that becomes shorter while it is read is refused', () => {
    const path = join(folder, 'shrinking.safetensors');
    writeFileSync(path, encodeSafetensors(tensors, {}));
    using file = openSafetensors(path);
    truncateSync(path, 200);
    expect(() => tensors.map(({ name }) => file.floats(name))).toThrow(/ended at byte/);
  });
});
