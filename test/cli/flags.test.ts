import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { foldKey, resolveSettings } from '../../src/base/index.js';
import { allCommands, locate, settingsOf } from '../../src/cli/catalogue.js';
import { minerRows as runSettings, serverRows } from '../../src/cli/commands/run/rows.js';
import { settledMiner } from '../../src/cli/commands/run/run.js';
import { neuronSettings } from '../../src/cli/commands/run/settle.js';
import { addFlags, normalizeArgv, typedFlags } from '../../src/cli/frame/flags.js';
import { serverSettings } from '../../src/neuron/options.js';

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

  it('are the same with dots, hyphens and underscores', () => {
    for (const flag of ['--wallet.name', '--wallet-name', '--wallet_name']) {
      expect(parse(flag, 'alice').wallet_name).toBe('alice');
      expect(parse(`${flag}=alice`).wallet_name).toBe('alice');
    }
    expect(parse('--no.learn-from_callers').learn_from_callers).toBe(false);
  });

  it('take a value that looks like a flag as it is', () => {
    expect(normalizeArgv(['--wallet.name', '--axon-port', '--axon-port', '1'], runSettings)).toEqual([
      ...['--wallet_name', '--axon-port', '--axon_port', '1'],
    ]);
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

describe('the help of each command', () => {
  it('shows every flag once', () => {
    for (const { path, spec } of allCommands()) {
      const flags = Object.entries(settingsOf(spec)).map(([key, { flag = key }]) => foldKey(flag));
      expect({ path, flags: [...new Set(flags)] }).toEqual({ path, flags });
      // What the help shows is what is understood.
      for (const [key, { flag }] of Object.entries(settingsOf(spec))) {
        if (flag !== undefined) expect([key, `no_${key}`]).toContain(foldKey(flag));
      }
    }
  });
});

describe('other names of the settings of run', () => {
  const settled = (flags: Record<string, string>, env: Record<string, string> = {}) => {
    const { values, sources } = resolveSettings(runSettings, { flags, env });
    return settledMiner({ settings: values, sources });
  };

  it('give the same, and the one that was said closer wins', () => {
    expect(settled({}).values).toMatchObject({ chain_endpoint: 'ws://127.0.0.1:9944', neuron_key: undefined });
    expect(settled({ subtensor_network: 'test', wallet_hotkey: 'miner' }).values).toMatchObject({
      chain_endpoint: 'test',
      neuron_key: 'miner',
    });
    const both = { subtensor_network: 'test', subtensor_chain_endpoint: 'ws://127.0.0.1:1' };
    expect(settled(both).values.chain_endpoint).toBe('ws://127.0.0.1:1');
    expect(settled({ ...both, chain_endpoint: 'ws://127.0.0.1:2' }).values.chain_endpoint).toBe('ws://127.0.0.1:2');
    expect(settled({ subtensor_network: 'test' }, { BT_CHAIN_ENDPOINT: 'finney' }).values.chain_endpoint).toBe('test');
    expect(settled({ chain_endpoint: 'test' }, { BT_NETWORK: 'finney' }).values.chain_endpoint).toBe('test');
    expect(settled({}, { BT_NETWORK: 'finney' })).toMatchObject({
      values: { chain_endpoint: 'finney' },
      sources: { chain_endpoint: 'environment' },
    });
  });

  it('are those of a server, too', () => {
    const { values, sources } = resolveSettings(serverRows, {
      flags: { subtensor_network: 'test', wallet_hotkey: 'x' },
    });
    const server = neuronSettings({ settings: values, sources }, serverSettings);
    expect(server.values).toMatchObject({ chain_endpoint: 'test', neuron_key: 'x' });
    expect(Object.keys(server.values).sort()).toEqual(Object.keys(serverSettings).sort());
  });

  it('and the model may be named by --neuron', () => {
    expect(settled({}).values.model).toBe('mnist');
    expect(settled({ neuron: 'gpt2' }).values.model).toBe('gpt2');
    expect(settled({ neuron: 'miner', model: 'bert' }).values.model).toBe('bert');
    expect(settled({ model: 'cifar' }, { BT_NEURON: 'gpt2' }).values.model).toBe('cifar');
    expect(settled({}, { BT_NEURON: 'gpt2' }).values.model).toBe('gpt2');
    expect(() => settled({}, { BT_NEURON: 'server' })).toThrow(
      /^BT_NEURON is server, and this is a miner: start bittensor-cli run server .*can name a miner's model \(mnist, /,
    );
    expect(() => settled({ neuron: 'validator' })).toThrow(/^--neuron is validator, .* run validator /);
    expect(() => settled({ neuron: 'alexnet' })).toThrow(/must be one of miner, server, validator, mnist/);
  });
});

describe('the role', () => {
  it.each([
    ['run', 'run miner'],
    ['run -p 9000', 'run miner -p 9000'],
    ['run mnist -p 9000', 'run miner --model mnist -p 9000'],
    ['run -n mnist', 'run miner --model mnist'],
    ['run -p 9000 --neuron=gpt2 -m 0', 'run miner --model gpt2 -p 9000 -m 0'],
    ['run -m 0 -n server -mp x', 'run server -m 0 -mp x'],
    ['run miner -n gpt2', 'run miner -n gpt2'],
    ['run -n alexnet', 'run miner -n alexnet'],
    ['run -- -n server', 'run miner -- -n server'],
    ['run --help', 'run --help'],
    ['run -h', 'run -h'],
    ['run -n server --help', 'run server --help'],
    ['run alexnet', 'run alexnet'],
  ])('of %j is that of %j', (line, meant) => {
    expect(locate(line.split(' ')).argv.join(' ')).toBe(meant);
  });
});
