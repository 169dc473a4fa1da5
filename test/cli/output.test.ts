import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOutput } from '../../src/cli/terminal/output.js';

/** A terminal of so many columns that shows what is written to it, as far as a progress bar goes. */
function terminal(columns: number) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns });
  const rows: string[][] = [[]];
  let [row, column] = [0, 0];
  const drawn: string[] = [];
  stream.setEncoding('utf8').on('data', (text: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    for (const [token, count, command] of text.matchAll(/\u001b\[(\d*)([A-Z])|./gsu)) {
      if (command === 'G') column = Number(count) - 1;
      else if (command === 'A') row -= Number(count);
      else if (command === 'K') rows[row]!.splice(count === '2' ? 0 : column);
      else if (command === 'J') {
        rows[row]!.splice(column);
        rows.splice(row + 1);
      } else if (command) throw new Error(`the terminal does not know ${JSON.stringify(token)}`);
      else if (token === '\n' || column === columns) {
        [row, column] = [row + 1, 0];
        rows[row] ??= [];
      }
      if (!command && token !== '\n') rows[row]![column++] = token;
    }
    drawn.push(rows.map(line => line.join('')).join('\n'));
  });
  return { stream, shown: () => drawn.at(-1) ?? '', drawn };
}

/** Time for the bar to be drawn again. */
const redraw = () => vi.advanceTimersByTimeAsync(1_000);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the console of a long-running command', () => {
  it('has a bar on a terminal, below what was said, which goes at the end', async () => {
    const { stream, shown } = terminal(80);
    const output = createOutput(stream);
    output.line('before');
    output.progress('Epoch 1', 1, 4);
    await redraw();
    expect(shown()).toMatch(/^before\nEpoch 1 \[={10}-{28}\] 25% 1\/4 eta \S+$/);
    output.line('meanwhile');
    await redraw();
    expect(shown()).toMatch(/^before\nmeanwhile\nEpoch 1 .* 25% /);
    output.progress('Epoch 2', 4, 8);
    await redraw();
    expect(shown()).toMatch(/^before\nmeanwhile\nEpoch 2 .* 50% 4\/8 /);
    output.line('last words');
    output.close();
    output.close();
    output.line('after');
    output.progress('Epoch 3', 1, 8);
    await redraw();
    expect(shown()).toBe('before\nmeanwhile\nlast words\nafter\n');
  });

  it.each([10, 20, 60])('keeps the bar in one row of a terminal of %i columns', async columns => {
    const { stream, shown, drawn } = terminal(columns);
    const output = createOutput(stream);
    for (let done = 1; done <= 3; done++) {
      output.progress('Epoch 12', done, 60_000);
      output.line(`step ${done}`);
      await redraw();
      const [bar, ...above] = shown().split('\n').toReversed();
      expect(bar).toMatch(/^Epoch 12 /);
      expect(above).toHaveLength(done);
    }
    if (columns >= 60) expect(shown()).toMatch(/Epoch 12 \[-+\] 0% 3\/60000 eta /);
    output.close();
    await redraw();
    expect(shown()).toBe('step 1\nstep 2\nstep 3\n');
    for (const screen of drawn) expect(screen.split('Epoch').length).toBeLessThanOrEqual(2);
  });

  it('is lines alone on a pipe and on a terminal that cannot move its cursor', async () => {
    for (const [isTTY, env] of [
      [false, {}],
      [true, { TERM: 'dumb' }],
    ] as const) {
      const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 });
      const output = createOutput(stream, env);
      output.line('first');
      output.progress('Epoch 1', 1, 2);
      await redraw();
      output.line('second');
      output.close();
      expect(String(stream.read())).toBe('first\nsecond\n');
    }
  });

  it('draws nothing more when nobody reads', async () => {
    const { stream, shown, drawn } = terminal(80);
    const output = createOutput(stream);
    output.progress('Epoch 1', 1, 2);
    await redraw();
    expect(shown()).toContain('50%');
    stream.emit('error', new Error('EPIPE'));
    await redraw();
    const before = drawn.length;
    output.progress('Epoch 1', 2, 2);
    await redraw();
    output.close();
    await redraw();
    expect(drawn).toHaveLength(before);
  });
});
