import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BittensorError, makeFolder, publicKeyOf, sleep, syncFolder, takeLock, writeWhole } from '../../base/index.js';
import {
  badStudent,
  chunkLength,
  hexDigest,
  isWholeStudent,
  manifestIn,
  openManifest,
  type StudentFile,
  type StudentManifest,
  sizeOf,
  studentId,
  writeManifest,
} from '../../model/index.js';
import {
  type Dendrite,
  type Peer,
  type Reply,
  RequestError,
  type ReturnCode,
  stringsOf,
  textTensor,
} from '../../net/index.js';
import { STUDENT_KEY } from './student-service.js';

export interface PullOptions {
  readonly dendrite: Pick<Dendrite, 'forward'>;
  readonly peer: Peer;
  /** The student gets a folder of its id in here; or `to` is its folder. */
  readonly root: string;
  readonly to?: string | undefined;
  /** A student of more bytes is refused before anything of it is fetched. */
  readonly maxBytes: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Bytes that are there, of all. */
  readonly progress?: (done: number, total: number) => void;
}

export interface Pulled {
  readonly path: string;
  readonly id: string;
  readonly manifest: StudentManifest;
  /** It had been pulled before. */
  readonly wasThere: boolean;
  /** Bytes that came now, and bytes that an earlier, broken pull had left. */
  readonly fetchedBytes: number;
  readonly keptBytes: number;
}

/** Requests for chunks under way. */
const AT_ONCE = 4;
/** Attempts for one chunk, and the pause after the first failure, milliseconds; each further one doubles it. */
const ATTEMPTS = 6;
const PAUSE_MS = 250;
/** What may be over when it is asked again. */
const PASSING: readonly ReturnCode[] = [
  'Timeout',
  'Unavailable',
  'Backoff',
  'NucleusFull',
  'NucleusTimeout',
  'Cancelled',
];
const PART = '.part';

/**
 * Fetches a peer's student, chunk by chunk, and checks every byte against the manifest that the peer's hotkey signed. A pull that broke goes
 * on where it was, with the very student it began with while the peer keeps it. The folder appears when all of it is there.
 * Code `bad_student` for what is not what was signed, `refused` with the peer's return code otherwise, `disk`.
 */
export async function pullStudent(options: PullOptions): Promise<Pulled> {
  const { peer, root, to } = options;
  const hotkey = publicKeyOf(peer.hotkey);
  const parts = to === undefined ? partsIn(root) : existsSync(to + PART) ? [to + PART] : [];
  for (const part of parts) {
    const goesOn = await begunPull(options, part, hotkey);
    if (goesOn) return goesOn;
  }
  const { text, signature } = await fetchManifest(options);
  const manifest = openManifest(text, signature, hotkey, options.maxBytes);
  const id = studentId(text);
  const path = to ?? join(root, id);
  if (existsSync(path)) {
    const there = manifestIn(path);
    if (there && studentId(there.text) === id && isWholeStudent(path, manifest)) {
      return { path, id, manifest, wasThere: true, fetchedBytes: 0, keptBytes: sizeOf(manifest) };
    }
    if (to !== undefined) {
      throw new BittensorError('file_exists', `${to} is there already, and is not this student`, {
        data: { path: to },
      });
    }
    rmSync(path, { recursive: true, force: true });
  }
  const part = path + PART;
  makeFolder(part);
  writeManifest(part, text, signature);
  return await finish(options, { part, path, text, manifest });
}

/** Goes on with a pull that broke; undefined, and it is gone, when the peer no longer has that student. */
async function begunPull(options: PullOptions, part: string, hotkey: Uint8Array): Promise<Pulled | undefined> {
  const signed = manifestIn(part);
  const path = part.slice(0, -PART.length);
  try {
    if (!signed || existsSync(path)) throw badStudent('nothing to go on with');
    const manifest = openManifest(signed.text, signed.signature, hotkey, options.maxBytes);
    await fetchManifest(options, studentId(signed.text));
    return await finish(options, { part, path, text: signed.text, manifest });
  } catch (error) {
    const isOver =
      error instanceof BittensorError && (error.code === 'bad_student' || error.data['returnCode'] === 'Stale');
    if (!isOver) throw error;
    rmSync(part, { recursive: true, force: true });
    return undefined;
  }
}

async function finish(
  options: PullOptions,
  { part, path, text, manifest }: { part: string; path: string; text: string; manifest: StudentManifest },
): Promise<Pulled> {
  const lock = takeLock(`${part}.lock`);
  if (!('release' in lock)) {
    throw new BittensorError('slot_taken', `another pull of this student is under way`, { data: { path } });
  }
  try {
    const total = sizeOf(manifest);
    const bytes = { fetched: 0, kept: 0 };
    const tell = () => options.progress?.(bytes.fetched + bytes.kept, total);
    for (const file of manifest.files)
      await fetchFile(options, join(part, file.name), file, manifest.chunkBytes, bytes, tell);
    if (!isWholeStudent(part, manifest)) throw badStudent('a file on the disk is not what was written');
    makeFolder(dirname(path));
    renameSync(part, path);
    syncFolder(dirname(path));
    return {
      path,
      id: studentId(text),
      manifest,
      wasThere: false,
      fetchedBytes: bytes.fetched,
      keptBytes: bytes.kept,
    };
  } finally {
    lock.release();
  }
}

async function fetchFile(
  options: PullOptions,
  path: string,
  file: StudentFile,
  chunkBytes: number,
  bytes: { fetched: number; kept: number },
  tell: () => void,
): Promise<void> {
  const open = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  try {
    const missing: number[] = [];
    for (const [index, digest] of file.chunks.entries()) {
      const length = chunkLength(file, chunkBytes, index);
      if (hexDigest(readAt(open, index * chunkBytes, length)) === digest) bytes.kept += length;
      else missing.push(index);
    }
    tell();
    const worker = async () => {
      for (let index = missing.shift(); index !== undefined; index = missing.shift()) {
        const length = chunkLength(file, chunkBytes, index);
        const chunk = await fetchChunk(options, file, index, length).catch(error => {
          // One failure ends it for all; nobody writes after the file is closed.
          missing.length = 0;
          throw error;
        });
        writeWhole(open, chunk, index * chunkBytes);
        bytes.fetched += length;
        tell();
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
    const failed = outcomes.find(outcome => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}

async function fetchManifest(options: PullOptions, id?: string): Promise<{ text: string; signature: Uint8Array }> {
  const words = id === undefined ? ['manifest'] : ['manifest', id];
  const { tensors } = await ask(options, words, [[1, 1], [64]]);
  const [manifest, signature] = tensors;
  try {
    return { text: stringsOf(manifest!)[0]!, signature: signature!.buffer };
  } catch {
    throw badStudent('the peer answered with something else than a manifest');
  }
}

/** Bytes of this length and digest, or an error. */
async function fetchChunk(options: PullOptions, file: StudentFile, index: number, length: number): Promise<Uint8Array> {
  const { tensors } = await ask(options, ['chunk', file.sha256, String(index)], [[length]]);
  const [tensor] = tensors;
  if (tensor?.dtype !== 'uint8' || hexDigest(tensor.buffer) !== file.chunks[index]) {
    throw badStudent(`chunk ${index} of ${file.name} is not what the hotkey signed`, { file: file.name, chunk: index });
  }
  return tensor.buffer;
}

async function ask(
  options: PullOptions,
  words: readonly string[],
  expect: readonly (readonly number[])[],
): Promise<Reply> {
  const { dendrite, peer, timeoutMs, signal } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const reply = await dendrite.forward(peer, {
      synapseKey: STUDENT_KEY,
      tensors: [textTensor(words)],
      expect,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal && { signal }),
    });
    signal?.throwIfAborted();
    if (reply.code === 'Success') return reply;
    if (reply.code === 'ResponseShapeException')
      throw badStudent(`the peer answered with something else: ${reply.message}`);
    if (!PASSING.includes(reply.code) || attempt === ATTEMPTS) {
      throw new RequestError(reply.code, `the peer does not give its student: ${reply.message || reply.code}`);
    }
    await sleep(PAUSE_MS * 2 ** (attempt - 1), signal);
  }
}

/** Folders of pulls that broke. */
function partsIn(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter(name => /^[0-9a-f]{64}\.part$/.test(name))
    .map(name => join(root, name));
}

function readAt(file: number, begin: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  for (let got = -1; got !== 0 && done < length; done += got)
    got = readSync(file, bytes, done, length - done, begin + done);
  return bytes.subarray(0, done);
}
