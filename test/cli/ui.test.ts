import { PassThrough, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/frame/io.js';
import { printable, shorten, widthOf } from '../../src/cli/terminal/text.js';
import { createUi, type UiOptions } from '../../src/cli/terminal/ui.js';
import { checkPassword } from '../../src/wallet/index.js';

const PLAIN: UiOptions = { json: false, quiet: false, verbose: false, prompt: true };
const PASSWORD = 'Correct-Horse-7';
const ESCAPE = '\u001b';

/** Streams of a test; a terminal where it is wanted. */
class TestIo {
  out = '';
  err = '';
  readonly stdin = new PassThrough();
  readonly signal = new AbortController();
  readonly io: Io;
  rawModes: boolean[] = [];

  constructor(isTTY: boolean, env: Record<string, string> = {}, columns = 60) {
    const sink = (write: (text: string) => void) =>
      Object.assign(
        new Writable({
          write(chunk, _, done) {
            write(String(chunk));
            done();
          },
        }),
        isTTY ? { isTTY, columns } : {},
      );
    const stdin = Object.assign(this.stdin, { isTTY, setRawMode: (on: boolean) => this.rawModes.push(on) });
    const [stdout, stderr] = [sink(text => (this.out += text)), sink(text => (this.err += text))];
    this.io = { stdin, stdout, stderr, env, signal: this.signal.signal };
  }

  ui(options: Partial<UiOptions> = {}) {
    return createUi(this.io, { ...PLAIN, ...options }, this.signal.signal);
  }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('what is said', () => {
  it('is the result on stdout, and the rest on stderr', () => {
    const test = new TestIo(false);
    const ui = test.ui();
    ui.line('result');
    ui.pairs([
      ['a', 1],
      ['long', undefined],
    ]);
    ui.table(
      ['name', 'n'],
      [
        ['x', 1],
        ['y', 20],
      ],
    );
    ui.note('note');
    ui.detail('detail');
    expect(test.out).toBe('result\na     1\nlong  -\nname   n\nx      1\ny     20\n');
    expect(test.err).toBe('note\n');
  });

  it('is less with --quiet, more with --verbose, and with --json nothing on stdout', () => {
    const [quiet, verbose, json] = [new TestIo(false), new TestIo(false), new TestIo(false)];
    for (const [test, options] of [
      [quiet, { quiet: true }],
      [verbose, { verbose: true }],
      [json, { json: true }],
    ] as const) {
      const ui = test.ui(options);
      ui.line('result');
      ui.note('note');
      ui.detail('detail');
    }
    expect([quiet.out, quiet.err]).toEqual(['result\n', '']);
    expect([verbose.out, verbose.err]).toEqual(['result\n', 'note\ndetail\n']);
    expect([json.out, json.err]).toEqual(['', 'note\n']);
  });

  it('has colours on a terminal, unless NO_COLOR or TERM=dumb says that it must not', () => {
    const bold = (isTTY: boolean, env: Record<string, string>) => {
      const test = new TestIo(isTTY, env);
      test.ui().table(['name'], [['x']]);
      return test.out.includes(ESCAPE);
    };
    expect(bold(true, {})).toBe(true);
    expect(bold(true, { NO_COLOR: '' })).toBe(true);
    expect(bold(true, { NO_COLOR: '1' })).toBe(false);
    expect(bold(true, { TERM: 'dumb' })).toBe(false);
    expect(bold(false, {})).toBe(false);
    expect(bold(false, { FORCE_COLOR: '1' })).toBe(false);
  });

  it('has a spinner and bars on a terminal only, which leave nothing behind', async () => {
    const draw = async (isTTY: boolean, options: Partial<UiOptions> = {}, env: Record<string, string> = {}) => {
      const test = new TestIo(isTTY, env);
      const ui = test.ui(options);
      await ui.busy('working', Promise.resolve(1));
      await expect(ui.busy('failing', Promise.reject(new Error('no')))).rejects.toThrow('no');
      ui.progress('part', 1, 2);
      ui.note('meanwhile');
      ui.progress('part', 2, 2);
      ui.close();
      return test.err;
    };
    const err = await draw(true);
    expect(err).toMatch(/working/);
    expect(err).toMatch(/part \[=+-+\] {2}50% 1\/2/);
    expect(err.endsWith(`\r${ESCAPE}[2K`)).toBe(true);
    expect(err).toContain('meanwhile\n');
    expect(await draw(false)).toBe('meanwhile\n');
    expect(await draw(true, { quiet: true })).toBe('');
    expect(await draw(true, { json: true })).toBe('meanwhile\n');
    expect(await draw(true, {}, { TERM: 'dumb' })).toBe('meanwhile\n');
  });

  it('cannot drive the terminal, whoever chose the name', () => {
    const test = new TestIo(false);
    const evil = `${ESCAPE}]0;title\u0007${ESCAPE}[2Jx\u202ey\u0000\r`;
    const ui = test.ui();
    ui.line(evil);
    ui.table(['name'], [[`${evil}\nsecond`]]);
    ui.pairs([['name', evil]]);
    ui.note(evil);
    for (const said of [test.out, test.err]) expect(said).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
    expect(test.out.split('\n')).toHaveLength(5);
  });
});

describe('text', () => {
  it('has a width in columns', () => {
    expect([
      widthOf('abc'),
      widthOf('τα'),
      widthOf('日本'),
      widthOf('🚀'),
      widthOf('e\u0301'),
      widthOf(`${ESCAPE}[1mx${ESCAPE}[22m`),
    ]).toEqual([3, 2, 4, 2, 1, 1]);
  });

  it('is shortened to any number of columns, and what is printed has no control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (word, columns) => {
        const clean = printable(word);
        expect(widthOf(shorten(clean, columns))).toBeLessThanOrEqual(Math.max(columns, 1));
        expect(clean).not.toMatch(/\p{Cc}/u);
      }),
      { seed: 1 },
    );
  });
});

describe('a question', () => {
  it('is asked at a terminal, and answered', async () => {
    const ask = async (typed: string) => {
      const test = new TestIo(true);
      const answer = test.ui().confirm('Go on?');
      test.stdin.write(typed);
      return { answer: await answer, err: test.err };
    };
    expect(await ask('y\r')).toMatchObject({ answer: true, err: expect.stringContaining('Go on? [y/N]') });
    expect((await ask('YES\r')).answer).toBe(true);
    for (const no of ['\r', 'n\r', 'yep\r', 'nope\r']) expect((await ask(no)).answer).toBe(false);
    const test = new TestIo(true);
    const name = test.ui().ask('Name?');
    test.stdin.write('alice\r');
    expect(await name).toBe('alice');
    expect(test.out).toBe('');
  });

  it('is an error where nobody can be asked', async () => {
    const cases: [TestIo, Partial<UiOptions>, RegExp][] = [
      [new TestIo(false), {}, /there is no terminal to ask at: Go on\?/],
      [new TestIo(true), { prompt: false }, /with --no_prompt nothing is asked/],
      [new TestIo(true), { json: true }, /with --json nothing is asked/],
    ];
    for (const [test, options, message] of cases) {
      const ui = test.ui(options);
      expect(ui.isInteractive).toBe(false);
      for (const ask of [ui.confirm, ui.ask, ui.secret, ui.newSecret]) {
        await expect(ask('Go on?')).rejects.toThrow(message);
        await expect(ask('Go on?')).rejects.toMatchObject({ code: 'needs_terminal' });
      }
      expect(test.err + test.out).toBe('');
    }
  });

  it('ends with Ctrl-C, Ctrl-D, the end of the input and an abort', async () => {
    const ways: ((test: TestIo) => void)[] = [
      test => test.stdin.write('\u0003'),
      test => test.stdin.write('\u0004'),
      test => test.stdin.end(),
      test => test.signal.abort(),
    ];
    for (const end of ways) {
      for (const kind of ['ask', 'secret'] as const) {
        const test = new TestIo(true);
        const answer = test.ui()[kind]('Word?');
        answer.catch(() => {});
        end(test);
        await expect(answer).rejects.toMatchObject({ code: 'interrupted' });
        if (kind === 'secret') expect(test.rawModes).toEqual([true, false]);
      }
    }
  });
});

describe('a secret', () => {
  const typed = async (...chunks: (string | Uint8Array)[]) => {
    const test = new TestIo(true);
    const secret = test.ui().secret('Password:');
    for (const chunk of chunks) test.stdin.write(chunk);
    const bytes = await secret;
    return { text: text(bytes), test };
  };

  it('is not shown, and read without the terminal showing it', async () => {
    const { text: word, test } = await typed('hunter', '2-x\r');
    expect(word).toBe('hunter2-x');
    expect(test.err).toBe('Password: \n');
    expect(test.out).toBe('');
    expect(test.rawModes).toEqual([true, false]);
  });

  it('can be corrected, in whole characters', async () => {
    expect((await typed('ax\u007fbé\u007f\u007fc\n')).text).toBe('ac');
    expect((await typed('wrong\u0015right\r')).text).toBe('right');
    expect((await typed('\u007f\u007fa\r')).text).toBe('a');
    expect((await typed(`a${ESCAPE}[D${ESCAPE}[3~b\r`)).text).toBe('ab');
    expect((await typed(new Uint8Array([0xc3]), new Uint8Array([0xa9, 0x0d]))).text).toBe('é');
    expect((await typed(`${'x'.repeat(5000)}\r`)).text).toHaveLength(4096);
  });

  it('leaves nothing of it in what was read', async () => {
    const test = new TestIo(true);
    const chunk = Buffer.from('hunter2-x\r');
    const secret = test.ui().secret('Password:');
    test.stdin.write(chunk);
    expect(text(await secret)).toBe('hunter2-x');
    expect([...chunk]).toEqual([...new Uint8Array(chunk.length)]);
  });

  it('that is new is asked for twice, and three times at most', async () => {
    const answerAll = async (words: readonly string[], check?: (secret: Uint8Array) => void) => {
      const test = new TestIo(true);
      const waiting = [...words];
      const { write } = test.io.stderr;
      test.io.stderr.write = ((...args: Parameters<typeof write>) => {
        if (/: $/.test(String(args[0]))) setImmediate(() => test.stdin.write(`${waiting.shift()}\r`));
        return write.apply(test.io.stderr, args);
      }) as typeof write;
      return text(await test.ui().newSecret('New password:', check));
    };
    expect(await answerAll(['one', 'one'])).toBe('one');
    expect(await answerAll(['one', 'two', 'three', 'three'])).toBe('three');
    await expect(answerAll(['1', '2', '3', '4', '5', '6'])).rejects.toMatchObject({ code: 'passwords_differ' });
    // A weak one is not asked for again, but anew.
    expect(await answerAll(['password', '', PASSWORD, PASSWORD], checkPassword)).toBe(PASSWORD);
    await expect(answerAll(['1', '2', '3'], checkPassword)).rejects.toMatchObject({ code: 'weak_password' });
  });
});
