import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chunkLength,
  isSigned,
  manifestIn,
  readManifest,
  type StudentFile,
  type StudentManifest,
  studentId,
  writeManifest,
} from '../store/student-manifest.js';

/** A student that can be taken away. */
export interface ShelvedStudent {
  readonly id: string;
  /** The manifest as it was signed. */
  readonly text: string;
  readonly signature: Uint8Array;
  readonly manifest: StudentManifest;
}

interface Kept extends ShelvedStudent {
  /** When somebody last asked for a part of it. */
  askedAt: number;
}

/** An older student goes when nobody asked for it for so long, milliseconds. */
const IDLE_MS = 10 * 60_000;
/** Older ones at most, whoever pulls them. */
const MAX_OLDER = 4;

/**
 * The students of a neuron, each in a folder of its id: the newest, and older ones while somebody may still be pulling them.
 * Chunks are found by the digest of their file, read from the disk one at a time.
 */
export class StudentShelf {
  /** Oldest first. */
  private kept: Kept[] = [];

  constructor(
    readonly folder: string,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Offers what an earlier run of this hotkey (32 bytes) left in the folder, and removes what is not whole. */
  restore(hotkey: Uint8Array): void {
    if (!existsSync(this.folder)) return;
    const found = readdirSync(this.folder).flatMap(name => {
      const folder = join(this.folder, name);
      const signed = manifestIn(folder);
      const isOwn = signed && studentId(signed.text) === name && isSigned(signed.text, signed.signature, hotkey);
      if (!isOwn) rmSync(folder, { recursive: true, force: true });
      return isOwn ? [{ ...signed, madeAt: statSync(folder).mtimeMs }] : [];
    });
    found.sort((a, b) => a.madeAt - b.madeAt);
    for (const { text, signature, madeAt } of found) this.keep(text, signature, madeAt);
    this.prune();
  }

  /** Offers this student from now on; its files lie in the folder already, under its id. */
  add(text: string, signature: Uint8Array): void {
    writeManifest(join(this.folder, studentId(text)), text, signature);
    // Whoever began with the one that is the newest until now gets its time.
    const before = this.kept.at(-1);
    if (before) before.askedAt = this.nowMs();
    this.keep(text, signature, this.nowMs());
    this.prune();
  }

  private keep(text: string, signature: Uint8Array, askedAt: number): void {
    const id = studentId(text);
    const student = { id, text, signature, manifest: readManifest(text), askedAt };
    this.kept = [...this.kept.filter(other => other.id !== id), student];
  }

  private prune(): void {
    const older = this.kept.slice(0, -1);
    const goes = older.filter((other, i) => i < older.length - MAX_OLDER || this.nowMs() - other.askedAt > IDLE_MS);
    for (const { id } of goes) rmSync(join(this.folder, id), { recursive: true, force: true });
    this.kept = this.kept.filter(one => !goes.includes(one));
  }

  /** The newest, or that of an id; undefined where there is none (any more). */
  find(id?: string): ShelvedStudent | undefined {
    const student = id === undefined ? this.kept.at(-1) : this.kept.find(one => one.id === id);
    if (student) student.askedAt = this.nowMs();
    return student;
  }

  /** A chunk of the file with this digest; undefined where no student has such a file or the file no such chunk. */
  async chunk(sha256: string, index: number): Promise<Uint8Array | undefined> {
    for (const student of this.kept.toReversed()) {
      const file = student.manifest.files.find(one => one.sha256 === sha256);
      if (!file || index >= file.chunks.length) continue;
      student.askedAt = this.nowMs();
      return await this.read(student, file, index);
    }
    return undefined;
  }

  private async read({ id, manifest }: Kept, file: StudentFile, index: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(chunkLength(file, manifest.chunkBytes, index));
    let handle: FileHandle | undefined;
    try {
      handle = await open(join(this.folder, id, file.name), 'r');
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, index * manifest.chunkBytes + done);
        if (bytesRead === 0) throw new Error(`${file.name} of the student ${id} became shorter`);
        done += bytesRead;
      }
      return bytes;
    } finally {
      await handle?.close();
    }
  }
}
