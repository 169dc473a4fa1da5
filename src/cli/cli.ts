import { CommanderError } from 'commander';
import { isBittensorError, resolveSettings, type SettingSource, type SettingValues } from '../base/index.js';
import { locate, settingsOf } from './catalogue.js';
import { cliError } from './errors.js';
import { EXIT, type Exit, failureLine, failureOf } from './exit.js';
import type { AnyCommand, Result } from './frame/command.js';
import { readConfig } from './frame/config-file.js';
import { normalizeArgv, typedFlags } from './frame/flags.js';
import type { Io } from './frame/io.js';
import { knownSettings, mistypedVariables } from './frame/known-settings.js';
import { watchOutput } from './frame/lost-output.js';
import { createProgram } from './frame/program.js';
import { stopOnSignal } from './frame/signals.js';
import { usageError } from './frame/usage.js';
import { outputRows } from './settings/output.js';
import { createUi } from './terminal/ui.js';

/** Runs one command line (without `node` and the script) and gives its exit code. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const output = watchOutput(io.stdout);
  const code = await runLine(argv, io);
  const why = await output.why();
  if (why === undefined) return code;
  io.stderr.write(`bittensor-cli: the output could not be written: ${why}\n`);
  return code === EXIT.ok ? EXIT.failed : code;
}

async function runLine(argv: readonly string[], io: Io): Promise<number> {
  const located = locate(argv);
  const { argv: words, spec } = located;
  const table = spec ? settingsOf(spec) : outputRows;
  let isJson = asksForJson(words);
  let isPublished = false;
  let exit: Exit = EXIT.ok;
  let said = '';
  const print = ({ json, show, exit: told = EXIT.ok }: Result, ui: ReturnType<typeof createUi>) => {
    ui.close();
    if (isJson) io.stdout.write(`${JSON.stringify(json, bigintAsText)}\n`);
    else show?.(ui);
    isPublished = true;
    exit = told;
  };
  const program = createProgram({
    width: io.stdout.isTTY ? io.stdout.columns || 80 : 80,
    out: text => void io.stdout.write(text),
    err: text => {
      said += text;
    },
    run: async (found, args, options) => {
      const flags = typedFlags(options, table);
      // What is wrong with the config file is told in JSON, too.
      isJson = resolveSettings(outputRows, { flags, env: io.env }).values.json;
      const asked = flags['config'] as string | undefined;
      const from = found.ignoresConfig
        ? { flags }
        : { flags, env: io.env, file: readConfig(asked), otherKeys: [...knownSettings().keys()] };
      const { values: output } = resolveSettings(outputRows, from);
      isJson = output.json;
      const settled = resolveSettings(table, from);
      if (!found.ignoresConfig && !output.quiet) {
        for (const { name, meant } of mistypedVariables(io.env)) {
          io.stderr.write(`${name} is no setting; did you mean ${meant}?\n`);
        }
      }
      await act(found, { ...settled, args, output }, io, print);
    },
  });
  try {
    await program.parseAsync(normalizeArgv(words, table), { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const failure = failureOf(error instanceof CommanderError ? usageError(error, located) : error);
    if (isJson && !isPublished) io.stdout.write(`${JSON.stringify({ error: failure }, bigintAsText)}\n`);
    // A group without a command shows its help.
    else if (error instanceof CommanderError && error.code === 'commander.help') io.stderr.write(said);
    else io.stderr.write(`bittensor-cli: ${failureLine(failure)}\n`);
    if (failure.code === 'unexpected' && error instanceof Error && error.stack) io.stderr.write(`${error.stack}\n`);
    return failure.exit;
  }
}

interface Settled {
  readonly values: object;
  readonly sources: Readonly<Record<string, SettingSource>>;
  readonly args: readonly string[];
  readonly output: SettingValues<typeof outputRows>;
}

async function act(
  spec: AnyCommand,
  { values, sources, args, output }: Settled,
  io: Io,
  print: (result: Result, ui: ReturnType<typeof createUi>) => void,
): Promise<void> {
  let close = () => {};
  const stop = io.signal
    ? { signal: io.signal, stop() {}, dispose() {} }
    : stopOnSignal({ isPatient: spec.untilStopped === true, onForced: () => close() });
  // Nobody reads what runs on: its terminal or pipe was closed.
  if (spec.untilStopped) io.stdout.once('error', stop.stop);
  const ui = createUi(io, output, stop.signal);
  close = ui.close;
  const input = { settings: values, sources, args, ui, signal: stop.signal };
  const extra = { isJson: output.json, configFile: output.config, publish: (result: Result) => print(result, ui) };
  try {
    const action = await spec.load();
    const result = await action({ ...input, ...extra });
    if (result) print(result, ui);
  } catch (error) {
    // Whatever the abort broke off is no error of its own. Where Ctrl-C is the normal end, what was saved badly is one.
    if (stop.signal.aborted && !spec.untilStopped && !isInterruption(error)) {
      throw cliError('interrupted', 'stopped by the user', {}, error);
    }
    throw error;
  } finally {
    ui.close();
    io.stdout.off('error', stop.stop);
    stop.dispose();
  }
}

function isInterruption(error: unknown): boolean {
  return isBittensorError(error) && error.code === 'interrupted';
}

/** Before anything is parsed: a command line that cannot be parsed is to be told in JSON, too. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).some(word => /^--json(=(true|1|yes|on))?$/i.test(word));
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
