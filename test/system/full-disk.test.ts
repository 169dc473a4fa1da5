import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestHome } from '../helpers/cli.js';

/** Room for one checkpoint of some 40 MB, and not for a second one beside it. */
const DISK_MB = 64;

let home: TestHome;
let disk: string;
beforeEach(() => {
  home = new TestHome();
  disk = join(home.folder, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk]);
});
afterEach(async () => {
  execFileSync('umount', ['-l', disk]);
  await home[Symbol.asyncDispose]();
});

describe('a full disk', () => {
  it('is said in one line with its exit code, and the checkpoint before it stays whole', async () => {
    const run = () => home.run('run', '-m', '0', '--data', disk, '--steps', '2');
    expect(await run().ended()).toBe(0);
    const slot = join(disk, 'slots', 'default');
    const saved = () =>
      createHash('sha256')
        .update(readFileSync(join(slot, 'mnist.safetensors')))
        .digest('hex');
    const before = saved();

    const full = run();
    expect(await full.ended()).toBe(1);
    expect(full.lines.at(-1)).toMatch(/cannot write .*mnist\.safetensors.*the disk is full/);
    expect(saved()).toBe(before);
    expect(readdirSync(slot).filter(name => name.endsWith('.tmp'))).toEqual([]);

    // Ctrl-C must not hide it either.
    const stopped = home.run('run', '-m', '0', '--data', disk);
    await stopped.waitFor(/Train Epoch/);
    expect((await stopped.stop()).code).toBe(1);
    expect(saved()).toBe(before);

    // With room again it goes on from what it had.
    execFileSync('mount', ['-o', 'remount,size=256m', disk]);
    const again = run();
    expect(await again.ended()).toBe(0);
    expect(again.lines.join('\n')).toMatch(/Resuming from .*: epoch 0, step 2/);
  }, 120_000);
});
