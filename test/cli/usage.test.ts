import { describe, expect, it } from 'vitest';
import { allCommands, groups } from '../../src/cli/catalogue.js';
import { widthOf } from '../../src/cli/terminal/text.js';
import { runInProcess } from '../helpers/cli-in-process.js';

/** The one line of a mistake. */
async function mistake(line: string): Promise<string> {
  const { code, out, err } = await runInProcess(line.split(' '));
  expect(code, line).toBe(2);
  expect(out, line).toBe('');
  expect(err, line).toMatch(/^bittensor-cli: [^\n]+\n$/);
  return err.slice('bittensor-cli: '.length, -1);
}

describe('a command line that cannot be understood', () => {
  it.each([
    ['wallet list --wallet.nmae x', "unknown option '--wallet.nmae'; did you mean --wallet.name?"],
    ['stake add --pasword-fd 3', "unknown option '--pasword-fd'; did you mean --password-fd?"],
    ['wallet list --no-promt', "unknown option '--no-promt'; did you mean --no_prompt?"],
    ['wallet --hlep', "unknown option '--hlep'; did you mean --help?"],
    ['wallt', "there is no command 'wallt'; did you mean wallet?"],
    ['wallet new_coldky', "wallet has no command 'new_coldky'; did you mean new-coldkey?"],
    ['wallet xyzzy', "wallet has no command 'xyzzy'; bittensor-cli wallet --help lists what there is"],
    ['wallet list --wallet.path', '--wallet.path <folder> needs a value'],
    ['localnet fund', "missing required argument 'address'"],
    ['--quiet wallet list', '--quiet comes too early: first the command, then its options'],
  ])('%s gets one line, with the names that the help shows', async (line, said) => {
    expect(await mistake(line)).toBe(said);
  });

  it('has what may be a secret behind an = not repeated', async () => {
    expect(await mistake('stake add --zzzzzzzzzzzz=hunter2')).toBe(
      "unknown option '--zzzzzzzzzzzz'; bittensor-cli stake add --help lists what there is",
    );
  });

  it.each([
    ['wallet list --json-output', '--json'],
    ['wallet list -p x', '--wallet.path'],
    ['subnet register --hotkey x', '--wallet.hotkey or --hotkey-ss58'],
    ['wallet balance --ss58 x', '--address'],
    ['stake add --network finney', '--subtensor.network'],
    ['stake add --tolerance 0.05', '--max-price or --max-cost'],
    ['localnet fund --amount 5', 'the argument <tao>'],
  ])('%s, as btcli has it, is told our name', async (line, ours) => {
    expect(await mistake(line)).toContain(`; here it is ${ours}`);
  });

  it('that names no command of a group is told them', async () => {
    const { code, out } = await runInProcess(['wallet', '--json']);
    expect(code).toBe(2);
    const commands = groups.find(({ name }) => name === 'wallet')!.commands.map(({ name }) => name);
    expect(JSON.parse(out)).toEqual({
      error: {
        code: 'usage',
        message: `name a command of wallet: ${commands.join(', ')}`,
        exit: 2,
        data: { commands },
      },
    });
    expect(JSON.parse((await runInProcess(['--json'])).out)).toMatchObject({
      error: { message: expect.stringMatching(/^name a command: run,/) },
    });
    expect((await runInProcess(['wallet'])).err).toMatch(/^Usage: bittensor-cli wallet/);
  });
});

describe('help', () => {
  const paths = [[], ...groups.map(({ name }) => [name]), ...allCommands().map(({ path }) => path)];

  it.each([60, 80, undefined])('fits a terminal of %s columns', async columns => {
    for (const path of paths) {
      const terminal = columns === undefined ? {} : { isTerminal: true, columns };
      const { code, out } = await runInProcess([...path, '--help'], terminal);
      expect(code).toBe(0);
      for (const line of out.split('\n')) {
        // A word alone may be longer: an address, or quoted text.
        if (/^\s*\S+( \\)?$/.test(line) || /'.*'|--\S+ <\S+>$/.test(line)) continue;
        expect(widthOf(line), `${path.join(' ')}: ${line}`).toBeLessThanOrEqual(columns ?? 80);
      }
    }
  });

  it('names what the first documents had without a group', async () => {
    const { out } = await runInProcess(['--help']);
    for (const name of ['metagraph', 'new_coldkey', 'set_weights', 'unstake']) expect(out).toContain(name);
  });
});
