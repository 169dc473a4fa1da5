import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Replaces what stands between the two marks of a section in experiments.md, or adds it at the end. `command` is what wrote it. */
export function writeSection(docs: string, name: string, text: string, command = 'npm run experiments'): void {
  const path = join(docs, 'experiments.md');
  const [open, close] = [`<!-- ${name}: written by ${command} -->`, `<!-- end of ${name} -->`];
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const [start, end] = [before.indexOf(open), before.indexOf(close)];
  const section = `${open}\n\n${text}\n\n${close}`;
  const after =
    start < 0 || end < 0
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, start) + section + before.slice(end + close.length);
  writeFileSync(path, after);
}
