import { closeSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BittensorError, makeFolder, plainReason } from '../../base/index.js';
import type { ModelErrorCode } from '../errors.js';

/**
 * Event files as TensorBoard reads them: TFRecord framing (u64 length, masked CRC32C of it, content, masked CRC32C of that) of
 * `tensorflow.Event` messages (wall_time 1, step 2, file_version 3, summary 5 { value 1 { tag 1, simple_value 2 } }).
 */
export interface EventWriter extends Disposable {
  readonly path: string;
  /** Numbers of one step; tags are paths, such as `Neuron/Train_loss`. Numbers that are not finite are left out, as charts do. */
  scalars(step: number, values: Readonly<Record<string, number>>): void;
  /** May be called twice. */
  close(): void;
}

/** Files that one process opens in one second. */
const MAX_FILES = 1_000;

/**
 * Opens a new event file in the folder, which is made where it is missing. Each call of `scalars` is one write, so that a crash leaves all
 * of the steps before it, and at most a torn last record, which readers pass over. Code `disk` when the file cannot be made; a
 * write that fails later is told once to `onError`, and nothing is written after it.
 */
export function openEventFile(
  folder: string,
  onError: (error: unknown) => void = () => {},
  nowMs = Date.now,
): EventWriter {
  const { path, file } = openNew(folder, nowMs());
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  const write = (bytes: Uint8Array) => {
    if (!isOpen) return;
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    } catch (error) {
      close();
      onError(error);
    }
  };
  write(record(event(nowMs(), [lengthDelimited(3, Buffer.from('brain.Event:2'))])));
  const scalars = (step: number, values: Readonly<Record<string, number>>) => {
    const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
    if (finite.length === 0) return;
    const summary = Buffer.concat(finite.map(([tag, value]) => lengthDelimited(1, scalar(tag, value))));
    write(record(event(nowMs(), [varint(2 << 3), varint(step), lengthDelimited(5, summary)])));
  };
  return { path, scalars, close, [Symbol.dispose]: close };
}

/** `events.out.tfevents.<seconds>.<host>.<process>.<n>`: a name that no other run has. */
function openNew(folder: string, nowMs: number): { path: string; file: number } {
  const stem = `events.out.tfevents.${Math.floor(nowMs / 1000)}.${hostname()}.${process.pid}`;
  try {
    makeFolder(folder);
    for (let n = 0; ; n++) {
      const path = join(folder, `${stem}.${n}`);
      try {
        return { path, file: openSync(path, 'wx', 0o600) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || n === MAX_FILES) throw error;
      }
    }
  } catch (error) {
    const text = `cannot write an event file in ${folder}: ${plainReason(error)}`;
    throw new BittensorError<ModelErrorCode | 'disk'>('disk', text, { cause: error, data: { path: folder } });
  }
}

function event(nowMs: number, parts: readonly Uint8Array[]): Uint8Array {
  const time = Buffer.alloc(9);
  time[0] = (1 << 3) | 1;
  time.writeDoubleLE(nowMs / 1000, 1);
  return Buffer.concat([time, ...parts]);
}

function scalar(tag: string, value: number): Uint8Array {
  const number = Buffer.alloc(5);
  number[0] = (2 << 3) | 5;
  number.writeFloatLE(value, 1);
  return Buffer.concat([lengthDelimited(1, Buffer.from(tag)), number]);
}

function record(content: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(content.length), 0);
  head.writeUInt32LE(maskedCrc(head.subarray(0, 8)), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(maskedCrc(content), 0);
  return Buffer.concat([head, content, tail]);
}

function lengthDelimited(field: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

/** A number from 0 to 2^53. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}

/** CRC32C (Castagnoli), masked as TFRecord does so that the checksum of a checksum stays meaningful. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** RFC 3720, appendix B.4 has its test vectors. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
