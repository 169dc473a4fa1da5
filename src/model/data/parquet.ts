import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { AsyncBuffer, Compressors, FileMetaData } from 'hyparquet';
import { textColumns } from './csv.js';

/** What a page, a group of rows and the description of a file may have. */
const MAX_PAGE = 64 * 1024 * 1024;
const MAX_GROUP = 512 * 1024 * 1024;
const MAX_GROUP_ROWS = 4_000_000;
const MAX_METADATA = 16 * 1024 * 1024;

/**
 * The text columns of each row of a Parquet file (ag_news: text, label), one group of rows in memory at a time. Compressed with snappy,
 * zstd, gzip, brotli or LZ4, or not. Throws an error that says what is wrong, but a hostile file can also end the process: see `parquetRows`.
 */
export async function* readParquet(path: string): AsyncGenerator<string[]> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const { compressors, startGroup } = await boundedCompressors();
  const handle = openSync(path, 'r');
  try {
    const file = bufferOf(handle);
    checkEnds(file, handle);
    const metadata = await parquetMetadataAsync(file);
    const columns = columnsOf(metadata);
    let rowStart = 0;
    for (const [i, group] of metadata.row_groups.entries()) {
      const rows = Number(group.num_rows);
      const bytes = Number(group.total_byte_size);
      if (!(rows >= 0 && rows <= MAX_GROUP_ROWS && bytes >= 0 && bytes <= MAX_GROUP)) {
        throw new Error(`its group ${i} claims ${rows} rows in ${bytes} bytes`);
      }
      const rowEnd = rowStart + rows;
      startGroup();
      const read = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
      if (read.length !== rows) throw new Error(`its group ${i} has ${read.length} rows and claims ${rows}`);
      for (const row of read) yield columns.map(name => textOf(row[name]));
      rowStart = rowEnd;
    }
  } finally {
    closeSync(handle);
  }
}

function bufferOf(handle: number): AsyncBuffer {
  const byteLength = fstatSync(handle).size;
  return {
    byteLength,
    slice(start, end = byteLength) {
      const from = Math.max(0, start < 0 ? byteLength + start : start);
      const bytes = new Uint8Array(Math.max(0, Math.min(end, byteLength) - from));
      let count = 0;
      while (count < bytes.length) {
        const got = readSync(handle, bytes, count, bytes.length - count, from + count);
        if (got === 0) break;
        count += got;
      }
      return bytes.buffer;
    },
  };
}

/** A Parquet file begins and ends with PAR1; before the end stands how long its description is. */
function checkEnds({ byteLength }: AsyncBuffer, handle: number): void {
  const end = Buffer.alloc(12);
  if (byteLength >= 16) {
    readSync(handle, end, 0, 4, 0);
    readSync(handle, end, 4, 8, byteLength - 8);
  }
  if (end.toString('latin1', 0, 4) !== 'PAR1' || end.toString('latin1', 8) !== 'PAR1') {
    throw new Error('it does not begin and end as a Parquet file');
  }
  const length = end.readUInt32LE(4);
  if (length > Math.min(MAX_METADATA, byteLength - 12)) throw new Error(`its description claims ${length} bytes`);
}

function columnsOf({ schema }: FileMetaData): string[] {
  const strings = schema.slice(1).filter(({ type, num_children }) => type === 'BYTE_ARRAY' && !num_children);
  const names = strings.map(({ name }) => name);
  const { columns } = textColumns(names);
  // Without a known name: whatever is text.
  const chosen = columns.map(i => names[i]!);
  if (names.length === 0)
    throw new Error(
      `none of its columns is text (${schema
        .slice(1, 20)
        .map(s => s.name)
        .join(', ')})`,
    );
  return chosen.length > 0 ? chosen : names;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Unpacks nothing that claims to be huge. Gzip and brotli are Node's own: the library's gunzip never ends on some damaged pages. */
async function boundedCompressors(): Promise<{ compressors: Compressors; startGroup(): void }> {
  const { compressors } = await import('hyparquet-compressors');
  const own: Compressors = {
    ...compressors,
    GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
    BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  };
  let unpacked = 0;
  const bounded = Object.entries(own).map(([name, unpack]) => [
    name,
    (input: Uint8Array, length: number) => {
      if (!(length >= 0 && length <= MAX_PAGE)) throw new Error(`one of its pages claims ${length} bytes`);
      unpacked += length;
      if (unpacked > MAX_GROUP) throw new Error(`the pages of a group unpack to more than ${MAX_GROUP} bytes`);
      return unpack(input, length);
    },
  ]);
  return {
    compressors: Object.fromEntries(bounded) as Compressors,
    startGroup() {
      unpacked = 0;
    },
  };
}
