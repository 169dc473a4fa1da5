import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allCommands, groups, settingsOf, topLevel } from '../../src/cli/catalogue.js';
import { run } from './on-chain.js';

let folder: string;
const scripts: Record<string, string> = {};
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out, err } = await run(['completion', shell], {});
    expect(code, err).toBe(0);
    scripts[shell] = out;
    writeFileSync(join(folder, shell), out);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const list = ['bittensor-cli', ...words].map(word => `'${word}'`).join(' ');
  const program = `source ${join(folder, 'bash')}; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _bittensor_cli; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['--norc', '-c', program], { cwd: folder, encoding: 'utf8' });
  return text.split('\n').filter(line => line !== '');
}

/** Shells that are on this machine check the script's syntax; each has a word for that. */
function has(shell: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some(path => existsSync(join(path, shell)));
}

describe('completion for bash', () => {
  it('offers groups and commands', () => {
    expect(offered('').sort()).toEqual([...topLevel, ...groups].map(({ name }) => name).sort());
    expect(offered('loc')).toEqual(['localnet']);
    for (const { name, aliases = [], commands } of groups) {
      for (const word of [name, ...aliases]) {
        const names = commands.flatMap(command => [command.name, ...(command.aliasFlag ? command.aliases! : [])]);
        expect(offered(word, '').sort()).toEqual(names.sort());
      }
    }
  });

  it('offers every flag of every command, and none of another', () => {
    for (const { path, spec } of allCommands()) {
      const flags = Object.entries(settingsOf(spec)).map(([key, { flag = key, default: standard }]) =>
        standard === true && !flag.startsWith('no_') ? `--no_${flag}` : `--${flag}`,
      );
      expect(offered(...path, '--').sort(), path.join(' ')).toEqual([...flags, '--help'].sort());
    }
  });

  it('knows names in both spellings, flat ones and aliases', () => {
    expect(offered('metagraph', '--net')).toEqual(['--netuid']);
    for (const { path, spec } of allCommands()) {
      const isGroup = (word: string) => groups.some(({ name }) => name === word);
      for (const flat of (spec.flat ?? []).filter(word => !isGroup(word))) {
        expect(offered(flat.replaceAll('-', '_'), '--').sort()).toEqual(offered(...path, '--').sort());
      }
    }
  });

  it('offers the values of a flag, files and folders', () => {
    writeFileSync(join(folder, 'some file'), '');
    expect(offered('run', '--log-level', '')).toEqual(['debug', 'info', 'warn', 'error']);
    expect(offered('run', '--log_level', 'd')).toEqual(['debug']);
    expect(offered('run', 'mn')).toEqual(['mnist']);
    expect(offered('run', 'mnist', '--model', 'gp')).toEqual(['gpt2']);
    expect(offered('run', 'server', '--save')).toEqual(['--save_interval']);
    expect(offered('localnet', 'start', '--chain', 'some')).toEqual(['some file']);
    expect(offered('localnet', 'dump', 'some')).toEqual(['some file']);
    expect(offered('run', '--logdir', 'some')).toEqual([]);
    expect(offered('run', '--wallet.name', '')).toEqual([]);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });
});

describe('completion', () => {
  it('is a script that its shell can read', () => {
    const checks = { bash: '-n', zsh: '-n', fish: '--no-execute' };
    const checked = Object.entries(checks).filter(([shell]) => has(shell));
    for (const [shell, flag] of checked) execFileSync(shell, [flag, join(folder, shell)], { stdio: 'pipe' });
    expect(checked.map(([shell]) => shell)).toContain('bash');
  });

  it('tells zsh and fish of every command and flag', () => {
    for (const shell of ['zsh', 'fish']) {
      const script = scripts[shell]!;
      for (const { path, spec } of allCommands()) {
        expect(script).toContain(path.join(' '));
        for (const [key, { flag = key }] of Object.entries(settingsOf(spec))) expect(script).toContain(flag);
      }
    }
  });

  it('is refused for another shell', async () => {
    const { code, err } = await run(['completion', 'tcsh'], {});
    expect(code).toBe(2);
    expect(err).toContain('only for bash, zsh, fish');
  });
});
