import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { abortingWith, readHolder } from '../../base/index.js';
import { OBSERVE_FILE, readObserveFile } from './observe-file.js';

/** A node whose process lives. */
export interface RunningNode {
  /** Of its slot. */
  readonly name: string;
  /** Where it is asked; undefined where it shows nothing of itself. */
  readonly url: string | undefined;
  readonly pid: number;
  /** What it says is wrong, by name; undefined when it does not answer, or cannot be asked. */
  readonly problems: Readonly<Record<string, string>> | undefined;
}

const ASK_MS = 2_000;
const MOST_NODES = 256;
const MOST_BYTES = 64 * 1_024;

/** The nodes of one data folder whose process lives, and how they are. */
export async function runningNodes(
  dataFolder: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<RunningNode[]> {
  const slots = join(dataFolder, 'slots');
  const names = namesIn(slots).slice(0, MOST_NODES);
  const places = await Promise.all(names.map(name => readObserveFile(join(slots, name, OBSERVE_FILE))));
  const asked = places.flatMap((place, i) => (place && lives(place.pid) ? [{ name: names[i]!, ...place }] : []));
  // Of a node that has two slots, as a validator in disguise, one says where it is asked.
  const pids = new Set(asked.map(({ pid }) => pid));
  const silent = names.flatMap(name => {
    const pid = holderOf(join(slots, name, 'lock'));
    if (pid === undefined || pids.has(pid)) return [];
    pids.add(pid);
    return [{ name, url: undefined, pid, problems: undefined }];
  });
  const answers = asked.map(async node => ({ ...node, problems: await askHealth(node.url, signal) }));
  return [...(await Promise.all(answers)), ...silent];
}

function holderOf(lock: string): number | undefined {
  try {
    return readHolder(lock)?.pid;
  } catch {
    return undefined;
  }
}

async function askHealth(url: string, signal: AbortSignal | undefined): Promise<Record<string, string> | undefined> {
  const limit = abortingWith(signal, AbortSignal.timeout(ASK_MS));
  try {
    const answer = await fetch(`${url}/health`, { redirect: 'error', signal: limit.signal });
    const text = await answer.text();
    if (text.length > MOST_BYTES) return undefined;
    const health = JSON.parse(text) as { ok?: unknown; problems?: unknown };
    if (health.ok === true) return {};
    const problems = typeof health.problems === 'object' && health.problems !== null ? health.problems : undefined;
    return problems && Object.fromEntries(Object.entries(problems).map(([name, why]) => [name, String(why)]));
  } catch {
    return undefined;
  } finally {
    limit.abort();
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
