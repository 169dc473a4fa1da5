import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { abortingWith } from '../../base/index.js';
import { OBSERVE_FILE, readObserveFile } from './observe-file.js';

const ANSWER_MS = 2_000;
/** A status of 500 points and 256 peers is some 100 KiB. */
const MOST_BYTES = 2 ** 20;
/** As many as there are slots. */
const MOST_NODES = 256;

/** What the running nodes of a data folder say of themselves; who does not answer soon is left out. */
export async function askNodes(dataFolder: string, signal: AbortSignal): Promise<unknown[]> {
  const slots = join(dataFolder, 'slots');
  const names = await readdir(slots).catch(() => []);
  const found = await Promise.all(
    names
      .sort()
      .slice(0, MOST_NODES)
      .map(name => askNode(join(slots, name, OBSERVE_FILE), signal)),
  );
  return found.filter(status => status !== undefined);
}

async function askNode(file: string, signal: AbortSignal): Promise<unknown> {
  const place = await readObserveFile(file);
  if (!place) return undefined;
  const limit = abortingWith(signal, AbortSignal.timeout(ANSWER_MS));
  try {
    const answer = await fetch(`${place.url}/status`, { redirect: 'error', signal: limit.signal });
    if (!answer.ok) return undefined;
    const text = await bounded(answer);
    const status: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof status === 'object' && status !== null && !Array.isArray(status) ? status : undefined;
  } catch {
    // The node has ended, or something else listens there.
    return undefined;
  } finally {
    limit.abort();
  }
}

async function bounded(answer: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += (part as Uint8Array).length;
    if (bytes > MOST_BYTES) return undefined;
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts).toString('utf8');
}
