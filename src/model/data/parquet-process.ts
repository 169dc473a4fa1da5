import { once } from 'node:events';
import { messageOf } from '../../base/index.js';
import { readParquet } from './parquet.js';

/** Rows are written in pieces of about so many characters. */
const PIECE = 1 << 16;

/** Entry of a process of its own: writes the text columns of each row of a file as lines of JSON, and at the end how it went. */
let pending = '';
async function say(value: unknown): Promise<void> {
  pending += `${JSON.stringify(value)}\n`;
  if (pending.length >= PIECE) await flush();
}

async function flush(): Promise<void> {
  const text = pending;
  pending = '';
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

// Nobody reads any more.
process.stdout.on('error', () => process.exit(1));
try {
  for await (const values of readParquet(process.argv[2]!)) await say(values);
  await say({ done: true });
} catch (error) {
  await say({ error: messageOf(error) });
}
await flush();
