import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the folder of a chain that nobody can go on with: of port 0 each start makes another folder. */
const MARK = 'throwaway';

/** Whether `localnet start` makes a folder of its own, which goes when the chain is stopped. */
export function hasOwnFolder({ port, data }: { port: number; data: string | undefined }): boolean {
  return port === 0 && data === undefined;
}

/** Says of a chain's folder whether it goes with the chain. A folder that is named by `--data` is kept from then on. */
export function markThrowaway(folder: string, isThrowaway: boolean): void {
  if (isThrowaway) writeFileSync(join(folder, MARK), '');
  else rmSync(join(folder, MARK), { force: true });
}

/** Removes the folder of a chain that has stopped when it goes with it; true when it did. */
export function removeThrowaway(folder: string): boolean {
  if (!existsSync(join(folder, MARK))) return false;
  rmSync(folder, { recursive: true, force: true });
  return true;
}

export function removedLine(folder: string): string {
  return `Its data in ${folder} was removed: with --port or --data a chain can go on later.`;
}
