import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname } from 'node:path';
import { messageOf, packagePath, plainReason } from '../../../base/index.js';
import { type Device, startBackend } from '../../../model/index.js';
import { http2Holes, PROTOCOL_VERSION } from '../../../net/index.js';
import { type Finding, ok, problem, warning } from './finding.js';

const MIB = 2 ** 20;
/** A model, its gradients and the threads that hold copies of them. */
const LEAST_MEMORY = 400 * MIB;
const GOOD_MEMORY = 1_024 * MIB;
/** Some saves of a model, and the blocks of a local chain. */
const LEAST_DISK = 256 * MIB;
const GOOD_DISK = 2_048 * MIB;

/** What the machine itself offers. */
export async function machineFindings({ data }: { data: string }): Promise<Finding[]> {
  return [
    versionFinding(readFileSync(packagePath('package.json'), 'utf8')),
    nodeFinding(process.version),
    memoryFinding(freeMemory()),
    await diskFinding(data),
    await backendFinding('auto'),
  ];
}

export function versionFinding(packageJson: string): Finding {
  const { name, version } = JSON.parse(packageJson) as { name: string; version: string };
  return ok('versions', `${name} ${version}, wire protocol ${PROTOCOL_VERSION}`);
}

/** `version` as `v20.20.2`. */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    return problem('node', `Node.js ${version} is older than this program needs`, 'install Node.js 22 or 24');
  }
  const holes = http2Holes(version);
  if (holes === undefined) return ok('node', `Node.js ${version}`);
  const [what, remedy = 'install a newer one'] = holes.split('; ');
  return problem('node', what!, remedy);
}

export function memoryFinding(freeBytes: number): Finding {
  const text = `${Math.round(freeBytes / MIB)} MiB of memory are free`;
  const remedy = 'end other programs, or take a machine with more';
  if (freeBytes < LEAST_MEMORY) return problem('memory', `${text}: a model hardly fits`, remedy);
  return freeBytes < GOOD_MEMORY ? warning('memory', `${text}: enough for a small model`, remedy) : ok('memory', text);
}

export async function diskFinding(folder: string): Promise<Finding> {
  const there = nearestThere(folder);
  try {
    // With the dot, a file that stands where a folder has to be is none.
    accessSync(`${there}/.`, constants.W_OK);
    const { bavail, bsize } = await statfs(there);
    return diskSpaceFinding(folder, bavail * bsize);
  } catch (error) {
    const remedy = 'make the folder writable for this user, or name another one with --data';
    return problem('disk', `${folder} cannot be written: ${plainReason(error)}`, remedy);
  }
}

export function diskSpaceFinding(folder: string, freeBytes: number): Finding {
  const text = `${Math.round(freeBytes / MIB)} MiB are free for ${folder}`;
  const remedy = 'free some room, or name a folder of another disk with --data';
  if (freeBytes < LEAST_DISK) return problem('disk', `${text}: too little to save a model safely`, remedy);
  return freeBytes < GOOD_DISK ? warning('disk', `${text}: enough for some days`, remedy) : ok('disk', text);
}

export async function backendFinding(device: Device): Promise<Finding> {
  try {
    const { name, hint } = await startBackend(device);
    // What is faster is worth knowing, and nothing that is wrong.
    return ok('backend', `models compute on ${name}${hint === undefined ? '' : `; ${hint}`}`);
  } catch (error) {
    return problem('backend', messageOf(error), 'install the package again, or take --device wasm');
  }
}

/** Of the machine, or of the container that this runs in. */
function freeMemory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const own = limit > 0 && limit < 2 ** 50 ? limit - process.memoryUsage().rss : Number.POSITIVE_INFINITY;
  return Math.min(freemem(), own);
}

function nearestThere(path: string): string {
  for (let at = path; ; at = dirname(at)) if (existsSync(at) || dirname(at) === at) return at;
}
