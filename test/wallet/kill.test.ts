import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/base/index.js';
import { keypairFromMnemonic, openWallet, readPublicKey } from '../../src/wallet/index.js';
import { isDraft } from '../../src/wallet/keyfile/disk.js';
import { openKeyFile } from '../../src/wallet/keyfile/files.js';
import { walletWith } from '../../src/wallet/wallet.js';
import { Dice } from '../localnet/random-calls.js';
import { CHEAP, password, treeOf } from './cheap.js';
import { COLD, HOT, M12, M24, temporaryFolder } from './helpers.js';

/** `npm run soak` and `npm run test:all` raise this to two hundred. */
const KILLS = Number(process.env['SOAK_KEY_KILLS'] ?? 12);
const SEED = 20201105;
const CHILD = fileURLToPath(new URL('./kill-child.mjs', import.meta.url));

type Task = 'create' | 'reencrypt' | 'overwrite';
type Form = 'none' | { form: 'nacl' | 'strong'; password: string };

interface Job {
  path: string;
  task: Task;
  from: Form;
  to: Form;
  words: string;
  /** The write at which the child ends itself; -1: never. */
  killAt: number;
  part: 'before' | 'middle' | 'after';
}

const FORMS: readonly Form[] = [
  'none',
  { form: 'nacl', password: 'first word of three' },
  { form: 'strong', password: 'second, and other' },
];
const TASKS: readonly Task[] = ['create', 'reencrypt', 'overwrite'];

const passwordOf = (form: Form) => (form === 'none' ? '' : form.password);
const encryptionOf = (form: Form) =>
  form === 'none' ? undefined : { form: form.form, password: password(form.password) };

/** The child's writes; after `killAfterMs`, if given, it is killed from outside. */
async function run(job: Job, killAfterMs?: number): Promise<number> {
  const child = fork(CHILD, [JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said = '';
  child.stdout!.on('data', text => (said += text));
  child.stderr!.on('data', text => (said += text));
  const closed = once(child, 'close');
  if (killAfterMs !== undefined) {
    await Promise.race([once(child, 'message'), closed]);
    await sleep(killAfterMs);
    child.kill('SIGKILL');
  }
  const [code, signal] = (await closed) as [number | null, string | null];
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(said);
  return Number(said);
}

/** A wallet as it is before the child starts. */
async function prepare({ path, task, from }: Job): Promise<void> {
  if (task === 'create') return;
  const wallet = walletWith({ path, name: 'w' }, CHEAP);
  const keypair = keypairFromMnemonic(M12);
  await wallet.createColdkey({ keypair, encrypt: encryptionOf(from) });
  await wallet.createHotkey('h', { keypair, endorseWith: keypair });
}

/** The address of a key by whichever of the two passwords opens it. */
async function addressBy(path: string, forms: readonly Form[]): Promise<string> {
  for (const form of forms) {
    const wallet = walletWith({ path, name: 'w' }, CHEAP);
    const key = wallet.unlockColdkey({ password: async () => password(passwordOf(form)) });
    const address = await key.then(
      ({ address }) => address,
      () => undefined,
    );
    if (address) return address;
  }
  throw new Error('no password opens the key any more');
}

async function checkWallet(job: Job): Promise<void> {
  const { path, task, from, to } = job;
  const wallet = openWallet({ path, name: 'w' });
  const isThere = wallet.hasColdkey();
  if (task !== 'create') expect(isThere).toBe(true);
  const named = existsSync(join(wallet.folder, 'coldkeypub.txt')) ? wallet.coldkeyAddress() : undefined;
  if (isThere) {
    const address = await addressBy(path, task === 'create' ? [to] : [from, to]);
    expect(task === 'overwrite' ? [COLD, HOT] : [COLD]).toContain(address);
    // The public file is never that of another key; a missing one is there again after the key was opened.
    expect(named ?? address).toBe(address);
    expect(wallet.coldkeyAddress()).toBe(address);
  } else expect(named).toBeUndefined();
  if (wallet.hasHotkey('h')) {
    const hotkey = await wallet.unlockHotkey('h');
    const shared = join(wallet.folder, 'hotkeys', 'hpub.txt');
    expect(keypairFromMnemonic(hotkey.address === COLD ? M12 : M24).publicKey).toEqual(readPublicKey(shared));
    const [described] = wallet.describe().hotkeys;
    // Endorsed by the coldkey of its time: that may just have been replaced.
    if (task !== 'overwrite') expect(described?.endorsement).not.toBe('bad');
  }
  const files = existsSync(wallet.folder) ? treeOf(wallet.folder) : [];
  const replaced = files.filter(file => file.startsWith('replaced/') && !isDraft(file));
  for (const file of replaced) {
    const options = { password: async () => password(passwordOf(from)) };
    expect((await openKeyFile(join(wallet.folder, file), options, CHEAP)).address).toBe(COLD);
  }
  // The old key is in its place, or beside it.
  const isReplaced = task === 'overwrite' && (await addressBy(path, [from, to])) !== COLD;
  if (isReplaced) expect(replaced.some(file => file.startsWith('replaced/coldkey.'))).toBe(true);
  const known = [
    ...replaced,
    'coldkey',
    'coldkeypub.txt',
    'hotkeys/h',
    'hotkeys/hpub.txt',
    'hotkeys/h.endorsementpub.txt',
  ];
  for (const file of files) {
    expect(known.includes(file) || isDraft(file), file).toBe(true);
    expect(statSync(join(wallet.folder, file)).mode & 0o777).toBe(0o600);
  }
}

/** After the interruption the same thing can simply be done. */
async function checkGoingOn({ path, task, from, to }: Job): Promise<void> {
  const wallet = walletWith({ path, name: 'w' }, CHEAP);
  const encrypt = encryptionOf(to);
  const keypair = keypairFromMnemonic(M12);
  if (task === 'create') {
    if (!wallet.hasColdkey()) await wallet.createColdkey({ keypair, encrypt });
    if (!wallet.hasHotkey('h')) await wallet.createHotkey('h', { keypair, endorseWith: keypair });
  } else if (task === 'overwrite') {
    await wallet.createColdkey({ keypair, encrypt, overwrite: true });
  } else {
    const again = (form: Form) =>
      wallet.reencrypt('coldkey', { from: async () => password(passwordOf(form)), to: encrypt ?? 'none' });
    await again(from).catch(() => again(to));
  }
  expect(await addressBy(path, [to])).toBe(COLD);
}

describe('a process that is killed while it writes keys', () => {
  it(`${KILLS} times, at any write and at any moment, never leaves a lost, half or wrong key`, {
    timeout: KILLS * 15_000 + 120_000,
  }, async () => {
    const dice = new Dice(SEED);
    const writes = new Map<Task, number>();
    for (const task of TASKS) {
      using folder = temporaryFolder();
      const job: Job = {
        path: folder.path,
        task,
        from: FORMS[1]!,
        to: FORMS[2]!,
        words: M12,
        killAt: -1,
        part: 'after',
      };
      await prepare(job);
      writes.set(task, await run(job));
      await checkWallet(job);
    }
    expect(Math.min(...writes.values())).toBeGreaterThan(5);
    const hit = new Set<string>();
    for (let kill = 0; kill < KILLS; ) {
      using folder = temporaryFolder();
      const task = TASKS[kill % TASKS.length]!;
      const killAt = dice.below(writes.get(task)!);
      const part = dice.of(['before', 'middle', 'after'] as const);
      const words = task === 'overwrite' ? M24 : M12;
      const job: Job = { path: folder.path, task, from: dice.of(FORMS), to: dice.of(FORMS), words, killAt, part };
      await prepare(job);
      // One in four at a moment of the clock, the others at a write.
      if (kill % 4 === 3) await run({ ...job, killAt: -1 }, dice.below(150));
      else {
        const ended = await run(job);
        // Some forms take fewer writes than those that were counted: then its turn never came.
        if (ended > 0) {
          expect(ended).toBeLessThanOrEqual(killAt);
          await checkWallet(job);
          continue;
        }
      }
      kill++;
      hit.add(`${task} ${killAt} ${part}`);
      await checkWallet(job);
      await checkGoingOn(job);
    }
    process.stdout.write(
      `${KILLS} kills at ${hit.size} places of ${[...writes.values()].join(', ')} writes: no key lost\n`,
    );
  });
});
