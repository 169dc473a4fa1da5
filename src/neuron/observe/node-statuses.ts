import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OBSERVE_FILE } from './observe-file.js';
import { isOwnAddress } from './own-address.js';

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
  try {
    const { url } = JSON.parse(await readFile(file, 'utf8')) as { url?: unknown };
    if (typeof url !== 'string' || !isOfThisMachine(url)) return undefined;
    const answer = await fetch(new URL('/status', url), {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    if (!answer.ok) return undefined;
    const text = await bounded(answer);
    const status: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof status === 'object' && status !== null && !Array.isArray(status) ? status : undefined;
  } catch {
    // No such file, the node has ended, or something else listens there.
    return undefined;
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

/** A loopback address or one of this machine's own: a file must not make this program ask the world. */
export function isOfThisMachine(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && (hostname === 'localhost' || isOwnAddress(hostname));
}
