import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEventFile } from '../../../src/model/index.js';
import { crc32c, maskedCrc } from '../../../src/model/train/tensorboard.js';

const root = mkdtempSync(join(tmpdir(), 'tensorboard-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What a reader of TFRecords sees: contents up to the first record that is torn or damaged. */
function records(file: Buffer): Buffer[] {
  const contents: Buffer[] = [];
  for (let at = 0; at + 12 <= file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    if (file.readUInt32LE(at + 8) !== maskedCrc(file.subarray(at, at + 8)) || at + 16 + length > file.length) break;
    const content = file.subarray(at + 12, at + 12 + length);
    if (file.readUInt32LE(at + 12 + length) !== maskedCrc(content)) break;
    contents.push(content);
    at += 16 + length;
  }
  return contents;
}

describe('CRC32C', () => {
  // RFC 3720, B.4; the bytes there are the number, lowest first.
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ff', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['32 bytes that rise', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['32 bytes that fall', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['the digits', Buffer.from('123456789'), 0xe3069283],
  ])('of %s is that of the RFC', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe('an event file', () => {
  it('begins with its version, and has a record for each step, there as soon as it is written', () => {
    const folder = join(root, 'deep', 'logs');
    using writer = openEventFile(folder, undefined, () => 1_600_000_000_500);
    writer.scalars(300, { 'Neuron/Train_loss': 0.5, n_peers: 3 });
    const [version, step, ...more] = records(readFileSync(writer.path));
    expect(more).toEqual([]);
    expect(version!.toString('latin1')).toContain('\x1a\x0dbrain.Event:2');
    // wall time; step 300; summary of two values, tag and float32 each.
    const time = Buffer.alloc(8);
    time.writeDoubleLE(1_600_000_000.5);
    const value = (tag: string, hex: string) =>
      `0a${(tag.length + 7).toString(16).padStart(2, '0')}0a${tag.length.toString(16).padStart(2, '0')}${Buffer.from(tag).toString('hex')}15${hex}`;
    const summary = value('Neuron/Train_loss', '0000003f') + value('n_peers', '00004040');
    expect(step!.toString('hex')).toBe(
      `09${time.toString('hex')}10ac022a${(summary.length / 2).toString(16)}${summary}`,
    );
  });

  it('is a new one for each run, also in one second', () => {
    const folder = join(root, 'runs');
    const writers = [1, 2, 3].map(() => openEventFile(folder, undefined, () => 1_600_000_000_000));
    for (const writer of writers) writer.close();
    expect(new Set(writers.map(({ path }) => path)).size).toBe(3);
    expect(readdirSync(folder).every(name => /^events\.out\.tfevents\.1600000000\./.test(name))).toBe(true);
  });

  it('leaves out what no chart can show, and steps may be large', () => {
    using writer = openEventFile(join(root, 'odd'));
    writer.scalars(1, { a: Number.NaN, b: Number.POSITIVE_INFINITY });
    writer.scalars(2 ** 40, { a: Number.NaN, c: 1 });
    const [, only, ...more] = records(readFileSync(writer.path));
    expect(more).toEqual([]);
    expect(only!.subarray(9, 16).toString('hex')).toBe('10808080808020');
  });

  it('keeps all whole records after a crash in the middle of one', () => {
    using writer = openEventFile(join(root, 'torn'));
    for (let step = 0; step < 5; step++) writer.scalars(step, { loss: step });
    const whole = readFileSync(writer.path);
    for (let cut = 1; cut < 30; cut++) expect(records(whole.subarray(0, whole.length - cut))).toHaveLength(5);
  });

  it('may be closed twice, takes nothing after it, and says where none can be made', () => {
    const errors: unknown[] = [];
    const writer = openEventFile(join(root, 'closed'), error => errors.push(error));
    writer.close();
    writer.close();
    writer.scalars(1, { loss: 1 });
    expect(errors).toEqual([]);
    expect(() => openEventFile('/proc/nowhere')).toThrow(expect.objectContaining({ code: 'disk' }));
  });
});
