import { cpus, totalmem } from 'node:os';

/** What something was measured on. */
export function machineText(): string {
  const [first, ...others] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${first?.model.trim() ?? 'unknown processor'}, ${1 + others.length} cores, ${memory} GiB, Node ${process.version}`;
}
