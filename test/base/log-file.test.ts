import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog, pollUntil } from '../../src/base/index.js';
import { LogFile } from '../../src/base/log-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = () => join(folder, 'bittensor.log');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('a log file', () => {
  it('is set aside when it is full, keeps so many, and loses no line between two files', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 4 }),
        async (lengths, keep) => {
          const own = mkdtempSync(join(folder, 'run-'));
          const file = new LogFile({ path: join(own, 'x.log'), maxBytes: 100, keep, onTrouble: fail });
          const lines = lengths.map((length, i) => `${String(i).padStart(length, '.')}\n`);
          for (const line of lines) file.write(line);
          await file.end();
          const names = readdirSync(own).sort((a, b) => age(b) - age(a));
          expect(names.length).toBeLessThanOrEqual(keep + 1);
          for (const name of names) expect(statSync(join(own, name)).size).toBeLessThanOrEqual(100);
          const kept = names.map(name => readFileSync(join(own, name), 'utf8')).join('');
          expect(lines.join('').endsWith(kept)).toBe(true);
          expect(kept).toContain(lines.at(-1)!);
        },
      ),
      { seed: 8, numRuns: 40 },
    );
  });

  it('goes on in a file that is there, counts what it holds, and lets nobody else read it', async () => {
    const first = new LogFile({ path: path(), maxBytes: 20, keep: 2, onTrouble: fail });
    first.write('0123456789\n');
    await first.end();
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    const second = new LogFile({ path: path(), maxBytes: 20, keep: 2, onTrouble: fail });
    second.write('abc\n');
    second.write('0123456789\n');
    await second.end();
    expect(read('bittensor.log.1')).toBe('0123456789\nabc\n');
    expect(read('bittensor.log')).toBe('0123456789\n');
  });

  it('says once that the disk is full, goes on without, and says how much is missing when there is room', async () => {
    const told: string[] = [];
    symlinkSync('/dev/full', path());
    const file = new LogFile({
      path: path(),
      maxBytes: 1_000,
      keep: 1,
      retryMs: 5,
      onTrouble: text => told.push(text),
    });
    await pollUntil('the disk to be found full', { withinMs: 20_000, everyMs: 10 }, () => {
      file.write('lost\n');
      return told.length > 0 ? true : undefined;
    });
    await pollUntil('more tries', { withinMs: 20_000, everyMs: 10 }, async () => {
      for (let i = 0; i < 20; i++) {
        file.write('lost\n');
        await new Promise(resolve => setTimeout(resolve, 5));
      }
      return true;
    });
    expect(told).toEqual(['log file not written: the disk is full; it goes on here']);
    rmSync(path());
    writeFileSync(path(), '');
    await pollUntil('the file to be written again', { withinMs: 20_000, everyMs: 10 }, () => {
      file.write('kept\n');
      return told.length > 1 ? true : undefined;
    });
    expect(told[1]).toMatch(/^the log file is written again; \d+ lines are missing in it$/);
    await file.end();
    expect(read('bittensor.log')).toMatch(/^(kept\n)+$/);
  });

  it('does not set aside what another process has just begun', async () => {
    const [one, two] = [0, 1].map(() => new LogFile({ path: path(), maxBytes: 30, keep: 3, onTrouble: fail })) as [
      LogFile,
      LogFile,
    ];
    one.write('one 0123456789\n');
    two.write('two 0123456789\n');
    await pollUntil('both to be open', { withinMs: 20_000, everyMs: 5 }, () =>
      statSync(path(), { throwIfNoEntry: false })?.size === 30 ? true : undefined,
    );
    one.write('one begins another\n');
    two.write('two follows\n');
    two.write('two again\n');
    await Promise.all([one.end(), two.end()]);
    const all = readdirSync(folder).map(read).join('');
    for (const word of ['one 0', 'two 0', 'one begins', 'two follows', 'two again']) expect(all).toContain(word);
    expect(readdirSync(folder)).not.toContain('bittensor.log.3');
  });

  it('tells of a folder that cannot be made, and does not throw', async () => {
    writeFileSync(join(folder, 'file'), '');
    const told: string[] = [];
    const log = createLog({ folder: join(folder, 'file', 'sub'), write: line => told.push(line) });
    log.info('one');
    log.info('two');
    await log.flush();
    expect(told.filter(line => /log file not written/.test(line))).toHaveLength(1);
    expect(told.filter(line => / - ?one$|\| one$/.test(line))).toHaveLength(1);
  });
});

describe('the forms of a log', () => {
  it('are JSON lines for console and file alike, with time, level, module and data', async () => {
    const lines: string[] = [];
    const log = createLog({ folder, format: 'json', write: line => lines.push(line) });
    log.child('net/axon').warn('careful', { peer: 7 });
    await log.flush();
    for (const line of [lines[0]!, read('bittensor.log')]) {
      const record = JSON.parse(line) as Record<string, unknown>;
      expect(record).toMatchObject({ level: 'warn', module: 'net/axon', msg: 'careful', peer: 7 });
      expect(Math.abs(Date.now() - (record['time'] as number))).toBeLessThan(60_000);
    }
    expect(lines[0]).not.toContain('\n');
  });

  it('are the same text for both when that is asked for', async () => {
    const lines: string[] = [];
    const log = createLog({ folder, format: 'text', write: line => lines.push(line) });
    log.info('one');
    await log.flush();
    expect(read('bittensor.log')).toBe(`${lines[0]}\n`);
  });

  it('never hold a secret that somebody hands over as data', async () => {
    mkdirSync(join(folder, 'secrets'));
    const log = createLog({ folder: join(folder, 'secrets'), write: () => {} });
    log.info('opened', { password: 'hunter2!', wallet: { mnemonic: 'hunter2!', name: 'default' }, seed: 'hunter2!' });
    await log.flush();
    const text = read('secrets/bittensor.log');
    expect(text).not.toContain('hunter2');
    expect(text).toContain('"name":"default"');
  });

  it('keep the words of a peer on one line that cannot drive a terminal', () => {
    const lines: string[] = [];
    const log = createLog({ write: line => lines.push(line) });
    log.warn('said \u001b[2Jgone\nERROR | forged\u009b31m\u2028');
    expect(lines).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
    expect(lines[0]).toContain('said \\u001b[2Jgone\\nERROR | forged');
  });
});

function age(name: string): number {
  return Number(/\.(\d+)$/.exec(name)?.[1] ?? 0);
}

function fail(message: string): void {
  throw new Error(message);
}
