import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packagePath } from '../../src/base/index.js';
import { clientFolder } from './stage.js';

/** JAX, Flax and `transformers`; PyTorch from the package index would bring gigabytes of CUDA. */
const CLIENT = 'transformers-4.57.1';
const LIMIT_MS = 170_000;

export interface Numbers {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Runs test/conformance/python/models/<name>.py on settings and arrays and returns the arrays that it writes, by name. They are
 * exchanged as arrays.json (names and shapes) and arrays.bin (float32, one after the other): see arrays.py there.
 */
export async function reference(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  given: readonly Numbers[],
): Promise<Map<string, Numbers>> {
  const folder = mkdtempSync(join(tmpdir(), 'bittensor-model-'));
  try {
    const index = given.map(array => ({ name: array.name, shape: array.shape }));
    writeFileSync(join(folder, 'arrays.json'), JSON.stringify({ settings, arrays: index }));
    const parts = given.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    writeFileSync(join(folder, 'arrays.bin'), Buffer.concat(parts));
    const python = join(await clientFolder(CLIENT), 'bin', 'python');
    const script = packagePath(`test/conformance/python/models/${name}.py`);
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, JAX_PLATFORMS: 'cpu', HF_HUB_OFFLINE: '1' };
    await promisify(execFile)(python, ['-B', script, folder], { env, timeout: LIMIT_MS });
    return read(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(folder: string): Map<string, Numbers> {
  const { arrays } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as {
    arrays: { name: string; shape: number[] }[];
  };
  const bytes = readFileSync(join(folder, 'results.bin'));
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  let at = 0;
  return new Map(
    arrays.map(({ name, shape }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      at += length;
      return [name, { name, shape, data: all.subarray(at - length, at) }];
    }),
  );
}

/**
 * The largest distance between two arrays, as a share of the largest size in the expected one, or of `floor` where all is smaller
 * than that; infinite for other lengths.
 */
export function worstShare(got: Float32Array, expected: Float32Array, floor = 0): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [worst, largest] = [0, floor];
  for (let i = 0; i < got.length; i++) {
    const distance = Math.abs(got[i]! - expected[i]!);
    if (!(distance <= worst)) worst = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return largest === 0 ? worst : worst / largest;
}
