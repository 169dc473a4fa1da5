import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { badDataset, unreadable } from './bad-dataset.js';
import { type ByteStore, bytesInFile } from './byte-store.js';
import { csvRows, documentOf, textColumns } from './csv.js';
import { parquetRows } from './parquet-rows.js';
import { Spool } from './spool.js';

/** Files that hold text, plain or packed with gzip. */
export const TEXT_FILE = /\.(txt|text|md|csv)(\.gz)?$|\.parquet$/i;

/** Bytes of a file that must look like text. */
const PROBE = 4096;

/** The text of files, one after the other, documents parted by blank lines. A lone plain text is read where it lies. Code `bad_dataset`. */
export async function openTexts(paths: readonly string[], signal?: AbortSignal): Promise<ByteStore> {
  const [only] = paths;
  if (paths.length === 1 && /\.(txt|text|md)$/i.test(only!)) return openPlain(only!);
  const spool = new Spool();
  let path = paths[0]!;
  try {
    for (path of paths) await copyText(path, spool, signal);
    return spool.finish();
  } catch (error) {
    spool.discard();
    if (signal?.aborted) throw signal.reason;
    throw unreadable(path, error);
  }
}

function openPlain(path: string): ByteStore {
  const file = bytesInFile(path);
  try {
    checkText(path, file.read(0, PROBE));
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

async function copyText(path: string, spool: Spool, signal?: AbortSignal): Promise<void> {
  if (/\.parquet$/i.test(path)) {
    for await (const values of parquetRows(path, { signal })) {
      signal?.throwIfAborted();
      writeDocument(documentOf(values), spool);
    }
    return;
  }
  if (/\.csv(\.gz)?$/i.test(path)) return copyCsv(path, spool, signal);
  spool.startDocument();
  for await (const part of checkedParts(path, signal)) spool.write(part);
}

async function copyCsv(path: string, spool: Spool, signal?: AbortSignal): Promise<void> {
  let layout: { columns: number[]; header: boolean; width: number } | undefined;
  let count = 0;
  for await (const fields of csvRows(decoded(checkedParts(path, signal)))) {
    count++;
    if (!layout) {
      layout = { ...textColumns(fields), width: fields.length };
      if (layout.columns.length === 0) {
        throw badDataset(path, 'no column of its first row is text', 'name one text, or title and description');
      }
      if (layout.header) continue;
    }
    if (fields.length !== layout.width) {
      const problem = `row ${count} has ${fields.length} fields and the first one ${layout.width}`;
      throw badDataset(path, problem, 'fields with commas or line breaks need quotes (RFC 4180)');
    }
    writeDocument(documentOf(layout.columns.map(i => fields[i]!)), spool);
  }
}

function writeDocument(text: string, spool: Spool): void {
  if (text === '') return;
  spool.startDocument();
  spool.write(Buffer.from(text));
}

async function* checkedParts(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  let first = true;
  for await (const part of partsOf(path, signal)) {
    if (first) checkText(path, part.subarray(0, PROBE));
    first = false;
    yield part;
  }
}

/** The bytes of a file, unpacked, as they come. */
export async function* partsOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { signal });
  try {
    if (!/\.gz$/i.test(path)) return yield* source as AsyncIterable<Buffer>;
    const gunzip = createGunzip();
    source.on('error', error => gunzip.destroy(error));
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
  } finally {
    source.destroy();
  }
}

async function* decoded(parts: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let first = true;
  for await (const part of parts) {
    const text = decoder.write(part);
    yield first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    first = false;
  }
  yield decoder.end();
}

function checkText(path: string, start: Buffer): void {
  if (start.includes(0)) {
    throw badDataset(path, `${basename(path)} is no text: it holds zero bytes`, 'UTF-8 text, CSV and Parquet are read');
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
  } catch (error) {
    throw badDataset(path, `${basename(path)} is not UTF-8`, 'save it as UTF-8, for instance with iconv', error);
  }
}
