import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestConsole } from '../helpers/console.js';

const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

async function regen(...args: string[]) {
  using shell = new TestConsole();
  writeFileSync(join(shell.folder, 'words'), args.at(-1)!);
  const way = args[0] === 'file' ? ['--mnemonic-file', join(shell.folder, 'words')] : ['--mnemonic', args[0]!];
  const answer = await shell.json(['wallet', 'regen-coldkey', ...way, '--no_password']);
  return { ...answer, isWritten: existsSync(shell.wallets) && existsSync(join(shell.wallets, 'default', 'coldkey')) };
}

describe('mistyped words of a key', () => {
  it('are pointed at with the nearest valid ones, on stderr; the error itself holds no word', async () => {
    const { code, err, json, isWritten } = await regen(WORDS.replace('sausage', 'sausag'));
    expect(code).toBe(5);
    expect(err).toContain('Word 6: did you mean sausage');
    expect(json['error']).toMatchObject({ code: 'bad_mnemonic', message: expect.stringContaining('word 6') });
    expect(JSON.stringify(json)).not.toMatch(/sausag|legal|winner/);
    expect(isWritten).toBe(false);
  });

  it('that are other words of the list are found by the checksum', async () => {
    const { code, err, json } = await regen(WORDS.replace('winner', 'winter'));
    expect(code).toBe(5);
    expect(err).toContain('Word 2: did you mean winner?');
    expect(JSON.stringify(json)).not.toMatch(/winter|winner/);
  });

  it('are right as they are: nothing is said of them', async () => {
    const { code, err, isWritten } = await regen(WORDS);
    expect(code).toBe(0);
    expect(err).not.toContain('did you mean');
    expect(isWritten).toBe(true);
  });

  it('of a file are pointed at by their place alone', async () => {
    const { code, err, json } = await regen('file', WORDS.replace('sausage', 'sausag'));
    expect(code).toBe(5);
    expect(err).not.toContain('did you mean');
    expect(json['error']).toMatchObject({ code: 'bad_mnemonic' });
  });
});
