import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BittensorError,
  choice,
  integer,
  nearest,
  onOff,
  port,
  readConfigFile,
  real,
  resolveSettings,
  type SettingTable,
  text,
} from '../../src/base/index.js';

const table = {
  axon_port: port({ about: 'port', default: 0 }),
  name: text<string | undefined>({ about: 'name', default: undefined }),
  kind: choice<'a' | 'b'>({ about: 'kind', default: 'a', of: ['a', 'b'] }),
  train: onOff({ about: 'train', default: true }),
  steps: integer({ about: 'steps', default: 1, min: 1, max: 10, env: 'OTHER_STEPS' }),
  rate: real({ about: 'rate', default: 0.5, min: 0, max: 1 }),
} satisfies SettingTable;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'options-'));
  folders.push(folder);
  const path = join(folder, 'configuration.yaml');
  writeFileSync(path, content);
  return path;
}
function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BittensorError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('settings', () => {
  it('are taken from default, file, environment and flag, the later ones first', () => {
    const file = readConfigFile(fileWith('axon_port: 1\nname: file\nkind: b\n'), { required: true });
    const { values, sources } = resolveSettings(table, {
      file,
      env: { BT_AXON_PORT: '2', BT_NAME: 'environment' },
      flags: { axon_port: '3' },
    });
    expect(values).toEqual({ axon_port: 3, name: 'environment', kind: 'b', train: true, steps: 1, rate: 0.5 });
    expect(sources).toEqual({
      axon_port: 'flag',
      name: 'environment',
      kind: 'file',
      train: 'default',
      steps: 'default',
      rate: 'default',
    });
  });

  it('have an environment name of their own where one is given', () => {
    expect(resolveSettings(table, { env: { OTHER_STEPS: '7', BT_STEPS: '3' } }).values.steps).toBe(7);
  });

  it('refuse an unknown key of a file and name the nearest known one', () => {
    const file = readConfigFile(fileWith('axon_prot: 1\n'), { required: true });
    expect(() => resolveSettings(table, { file })).toThrow(/unknown setting "axon_prot"; did you mean "axon_port"\?/);
  });

  it('accept hyphens for underscores in a file', () => {
    const file = readConfigFile(fileWith('axon-port: 5\n'), { required: true });
    expect(resolveSettings(table, { file }).values.axon_port).toBe(5);
  });

  it.each([
    [{ axon_port: '65536' }, /--axon_port must be a whole number from 0 to 65535, not "65536"/],
    [{ axon_port: '1e3' }, /whole number/],
    [{ axon_port: ' 1' }, /whole number/],
    [{ name: '' }, /--name must not be empty/],
    [{ kind: 'c' }, /must be one of a, b/],
    [{ rate: 'NaN' }, /must be a number from 0 to 1/],
    [{ train: 'perhaps' }, /must be true or false/],
  ])('refuse %j with one clear line', (flags, message) => {
    expect(() => resolveSettings(table, { flags: flags as Record<string, string> })).toThrow(message);
  });

  it('refuse a list where a single value is meant', () => {
    const file = readConfigFile(fileWith('name: [1, 2]\n'), { required: true });
    expect(codeOf(() => resolveSettings(table, { file }))).toBe('bad_setting');
  });

  it('never take any text for a port outside 0 to 65535', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), value => {
        try {
          const got = resolveSettings(table, { flags: { axon_port: value } }).values.axon_port;
          return Number.isInteger(got) && got >= 0 && got <= 65535 && String(got) === String(Number(value));
        } catch (error) {
          return error instanceof BittensorError && error.code === 'bad_setting';
        }
      }),
      { seed: 1 },
    );
  });
});

describe('a config file', () => {
  it('may be missing unless it was asked for', () => {
    expect(readConfigFile('/nonexistent/configuration.yaml', { required: false })).toBeUndefined();
    expect(codeOf(() => readConfigFile('/nonexistent/configuration.yaml', { required: true }))).toBe('bad_config_file');
  });

  it('may be empty', () => {
    expect(readConfigFile(fileWith(''), { required: true })?.values).toEqual({});
  });

  it.each([
    'a: [1, 2',
    '- 1\n- 2\n',
    'just words',
    '\u0000\u0001',
  ])('that is broken (%j) is refused by its name', content => {
    expect(codeOf(() => readConfigFile(fileWith(content), { required: true }))).toBe('bad_config_file');
  });

  it('that is no file is not called broken', () => {
    expect(() => readConfigFile(tmpdir(), { required: false })).toThrow(`${tmpdir()} cannot be read: it is a folder`);
  });
});

describe('the nearest word', () => {
  it('is found for a typing mistake and not for another word', () => {
    expect(nearest('chain_endpont', ['chain_endpoint', 'axon_port'])).toBe('chain_endpoint');
    expect(nearest('zebra', ['chain_endpoint', 'axon_port'])).toBeUndefined();
  });
});
