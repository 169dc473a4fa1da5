import { readFile } from 'node:fs/promises';
import { isOwnAddress } from './own-address.js';

/** In the slot of a running node: `{"url":"http://127.0.0.1:PORT","pid":1}`, by which programs of this machine find it. */
export const OBSERVE_FILE = 'observe.json';

/** Where a node is asked, and by which process it runs. */
export interface ObservePlace {
  /** An origin: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
}

/** What such a file says. Undefined without one, and where it names no address of this machine: the file may be anybody's. */
export async function readObserveFile(path: string): Promise<ObservePlace | undefined> {
  try {
    const { url, pid } = JSON.parse(await readFile(path, 'utf8')) as { url?: unknown; pid?: unknown };
    if (typeof url !== 'string' || !isOfThisMachine(url)) return undefined;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return undefined;
    return { url: new URL(url).origin, pid };
  } catch {
    return undefined;
  }
}

/** A loopback address or one of this machine's own: a file must not make this program ask the world. */
export function isOfThisMachine(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && (hostname === 'localhost' || isOwnAddress(hostname));
}
