import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BittensorError, concat, sha256, toHex, utf8, writeFileAtomic } from '../../base/index.js';
import { type Signer, verify } from '../../wallet/index.js';
import type { ModelErrorCode } from '../errors.js';

/**
 * What a neuron says of its student: which files, how long, and the SHA-256 of each and of each of its chunks. The text is signed by the
 * hotkey, and its own SHA-256 is the student's id. docs/protocol.md has the same, byte for byte.
 */
export interface StudentManifest {
  /** Public key of the neuron, `0x` and 64 digits. */
  readonly hotkey: string;
  readonly model: string;
  /** Steps that it had learnt. */
  readonly step: number;
  /** Length of every chunk but the last of a file. */
  readonly chunkBytes: number;
  readonly files: readonly StudentFile[];
}

export interface StudentFile {
  readonly name: StudentFileName;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly chunks: readonly string[];
}

/** What a student consists of; no other name is taken from anybody. */
export const STUDENT_FILES = ['config.json', 'model.safetensors'] as const;
export type StudentFileName = (typeof STUDENT_FILES)[number];

/** What lies beside them: the manifest as it was signed, and the signature as hexadecimal digits. */
export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.sig';

export const STUDENT_FORMAT = 'bittensor-student/1';
export const CHUNK_BYTES = 1 << 20;
/** Longest text of a manifest that is read. */
export const MANIFEST_BYTES = 1 << 20;
/** Longest `config.json` that is read. */
export const CONFIG_BYTES = 1 << 20;
const TAG = utf8('bittensor-net/2 student\0');

export function manifestText({ hotkey, model, step, chunkBytes, files }: StudentManifest): string {
  return JSON.stringify({ format: STUDENT_FORMAT, hotkey, model, step, chunkBytes, files });
}

/** 64 hexadecimal digits: what this very student is called. */
export function studentId(text: string): string {
  return toHex(sha256(utf8(text))).slice(2);
}

export function signManifest(signer: Signer, text: string): Uint8Array {
  return signer.sign(signedBytes(text));
}

/**
 * Reads a stranger's manifest: signed by this hotkey (32 bytes), complete, and no larger than `maxBytes` in all.
 * Code `bad_student` says what is wrong.
 */
export function openManifest(
  text: string,
  signature: Uint8Array,
  hotkey: Uint8Array,
  maxBytes = Number.MAX_SAFE_INTEGER,
): StudentManifest {
  if (!isSigned(text, signature, hotkey)) throw badStudent('the manifest is not signed by the hotkey');
  const manifest = readManifest(text);
  if (manifest.hotkey !== toHex(hotkey)) throw badStudent('the manifest is of another neuron');
  const bytes = sizeOf(manifest);
  if (bytes > maxBytes)
    throw badStudent(`it has ${bytes} bytes, more than the ${maxBytes} that are allowed`, { bytes, maxBytes });
  return manifest;
}

export function isSigned(text: string, signature: Uint8Array, hotkey: Uint8Array): boolean {
  return signature.length === 64 && verify(hotkey, signedBytes(text), signature);
}

/** A manifest and its signature in a student's folder; undefined where there is none, or none that can be read. */
export function manifestIn(folder: string): { text: string; signature: Uint8Array } | undefined {
  try {
    const text = readFileSync(join(folder, MANIFEST_FILE), 'utf8');
    const signature = Buffer.from(readFileSync(join(folder, SIGNATURE_FILE), 'latin1').trim(), 'hex');
    return { text, signature: new Uint8Array(signature) };
  } catch {
    return undefined;
  }
}

export function writeManifest(folder: string, text: string, signature: Uint8Array): void {
  writeFileAtomic(join(folder, SIGNATURE_FILE), `${Buffer.from(signature).toString('hex')}\n`);
  writeFileAtomic(join(folder, MANIFEST_FILE), text);
}

/** Reads the text of a manifest, whoever wrote it. Code `bad_student`. */
export function readManifest(text: string): StudentManifest {
  if (text.length > MANIFEST_BYTES) throw badStudent(`a manifest of ${text.length} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badStudent('the manifest is no JSON');
  }
  const { format, hotkey, model, step, chunkBytes, files } = (value ?? {}) as Record<string, unknown>;
  if (format !== STUDENT_FORMAT)
    throw badStudent(`the manifest has the format ${shown(format)}, not ${STUDENT_FORMAT}`);
  if (typeof hotkey !== 'string' || !/^0x[0-9a-f]{64}$/.test(hotkey)) throw badStudent('the manifest names no hotkey');
  if (typeof model !== 'string' || !/^[a-z][a-z0-9]{0,31}$/.test(model))
    throw badStudent('the manifest names no model');
  if (!isCount(step)) throw badStudent('the manifest names no step');
  if (!isCount(chunkBytes) || chunkBytes < 1 << 10 || chunkBytes > 1 << 24) {
    throw badStudent(`chunks of ${shown(chunkBytes)} bytes`);
  }
  if (!Array.isArray(files) || files.length !== STUDENT_FILES.length)
    throw badStudent('the manifest names other files');
  return {
    hotkey,
    model,
    step,
    chunkBytes,
    files: files.map((file, i) => fileOf(file, STUDENT_FILES[i]!, chunkBytes)),
  };
}

export function sizeOf({ files }: StudentManifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** How long a chunk of a file is. */
export function chunkLength({ bytes }: StudentFile, chunkBytes: number, index: number): number {
  return Math.min(chunkBytes, bytes - index * chunkBytes);
}

export function hexDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function badStudent(reason: string, data: Record<string, unknown> = {}): BittensorError<ModelErrorCode> {
  return new BittensorError('bad_student', `the student is refused: ${reason}`, { data });
}

function fileOf(file: unknown, name: StudentFileName, chunkBytes: number): StudentFile {
  const { name: given, bytes, sha256, chunks } = (file ?? {}) as Record<string, unknown>;
  if (given !== name) throw badStudent(`a file ${shown(given)} where ${name} belongs`);
  if (!isCount(bytes) || bytes < 1 || !isDigest(sha256)) throw badStudent(`${name} is not described`);
  if (name === 'config.json' && bytes > CONFIG_BYTES) throw badStudent(`a config.json of ${bytes} bytes`);
  if (!Array.isArray(chunks) || chunks.length !== Math.ceil(bytes / chunkBytes) || !chunks.every(isDigest)) {
    throw badStudent(`the chunks of ${name} are not described`);
  }
  return { name, bytes, sha256, chunks };
}

function signedBytes(text: string): Uint8Array {
  return concat(TAG, sha256(utf8(text)));
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 40) ?? 'nothing';
}
