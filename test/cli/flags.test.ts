import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { resolveSettings } from '../../src/base/index.js';
import { addFlags, normalizeArgv, typedFlags } from '../../src/cli/flags.js';
import { runSettings } from '../../src/neuron/options.js';

function parse(...argv: string[]) {
  const command = new Command('run').exitOverride().configureOutput({ writeErr() {} });
  addFlags(command, runSettings);
  command.parse(normalizeArgv(argv, runSettings), { from: 'user' });
  return resolveSettings(runSettings, { flags: typedFlags(command.opts(), runSettings) }).values;
}

describe('the flags of the manual', () => {
  it('work short, the two-letter one included', () => {
    const values = parse(
      ...['-n', 'mnist', '-l', 'logs', '-p', '9000', '-c', 'ws://127.0.0.1:1', '-a', '9001', '-m', '8120', '-s', '50'],
      ...['-b', '8121', '-k', 'default', '-r', '10.0.0.1', '-mp', 'model.safetensors'],
    );
    expect(values).toMatchObject({
      neuron: 'mnist',
      logdir: 'logs',
      port: 9000,
      chain_endpoint: 'ws://127.0.0.1:1',
      axon_port: 9001,
      metagraph_port: 8120,
      metagraph_size: 50,
      bootstrap: '8121',
      neuron_key: 'default',
      remote_ip: '10.0.0.1',
      model_path: 'model.safetensors',
    });
  });

  it('work long, with underscores, hyphens or an equals sign', () => {
    expect(parse('--axon_port', '1', '--chain-endpoint=ws://127.0.0.1:2', '--model-path', 'x')).toMatchObject({
      axon_port: 1,
      chain_endpoint: 'ws://127.0.0.1:2',
      model_path: 'x',
    });
    expect(parse('-mp=y').model_path).toBe('y');
  });

  it('turn a switch off with no_', () => {
    expect(parse().train).toBe(true);
    expect(parse('--no_train').train).toBe(false);
    expect(parse('--no-train').train).toBe(false);
  });

  it('are refused when unknown', () => {
    expect(() => parse('--axon_prot', '1')).toThrow(/unknown option '--axon_prot'/);
  });

  it('leave what follows -- alone', () => {
    expect(normalizeArgv(['--', '-mp', '--axon-port'], runSettings)).toEqual(['--', '-mp', '--axon-port']);
  });

  it('are not what has a digit behind its hyphen', () => {
    expect(normalizeArgv(['-5s', '-a', '-1', '--port', '-2'], runSettings)).toEqual([
      '-a',
      '-1',
      '--port',
      '-2',
      '--',
      '-5s',
    ]);
    expect(normalizeArgv(['-5s', '--', '-x'], runSettings)).toEqual(['--', '-5s', '-x']);
  });

  it('are all in the help, with their environment names', () => {
    const command = new Command('run');
    addFlags(command, runSettings);
    const help = command.helpInformation();
    for (const key of Object.keys(runSettings)) expect(help).toContain(`--${key}`);
    expect(help).toContain('BT_CHAIN_ENDPOINT');
  });
});
