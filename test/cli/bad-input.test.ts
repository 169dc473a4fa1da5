import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestHome } from '../helpers/cli.js';

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.asyncDispose]());

/** Runs to the end; the last line must be the one clear line. */
async function refusal(...args: string[]): Promise<{ code: number | string; line: string }> {
  const cli = home.run(...args);
  const code = await cli.ended();
  return { code, line: cli.lines.filter(line => line.trim() !== '').at(-1) ?? '' };
}

describe('bad input gets one clear line and its exit code', () => {
  it('for an unknown flag, with the one that was meant', async () => {
    const cli = home.run('run', '--axon_prot', '1');
    expect(await cli.ended()).toBe(2);
    expect(cli.lines.join('\n')).toMatch(/unknown option '--axon_prot'[\s\S]*--axon.port/);
  });

  it.each([
    [['--axon_port', '99999'], /--axon\.port must be a whole number from 0 to 65535, not "99999"/],
    [['--axon.external_port', '0'], /--axon\.external_port must be a whole number from 1 to 65535, not "0"/],
    [['--port', '0'], /--port must be a whole number from 1 to 65535, not "0"/],
    [
      ['--dendrite.gradient_norm', '0'],
      /--dendrite\.gradient_norm must be a number from 0.000001 to 1000000000, not "0"/,
    ],
    [['--axon.price', '-1'], /--axon\.price must be a number from 0 to 1000000, not "-1"/],
    [['-m', '0', '--axon.permit_only'], /--axon\.permit_only needs a chain/],
    [['-b', '8120', '--axon.min_stake', '1'], /--axon\.min_stake needs a chain/],
    [['--neuron', 'alexnet'], /--neuron must be one of miner, server, validator, mnist, cifar, bert, gpt2/],
    [['--config', 'missing.yaml'], /no config file at missing.yaml/],
    [['--bootstrap', 'nowhere'], /--bootstrap must be a port or host:port, not "nowhere"/],
    [['--bootstrap', '8120,99999999'], /--bootstrap must be a port or host:port/],
    [['--remote_ip', 'here'], /--remote_ip must be an IPv4 or IPv6 address, not "here"/],
    [['-c', 'foo'], /"foo" is no network: local, test, finney, or ws:\/\/ addresses/],
    [['-c', 'htp://127.0.0.1:1'], /is no network/],
  ])('for %j', async (args, message) => {
    const { code, line } = await refusal('run', ...args);
    expect(line).toMatch(message);
    expect(code).toBe(2);
  });

  it('for a broken config file and an unknown key in it', async () => {
    writeFileSync(join(home.folder, 'configuration.yaml'), 'axon_port: [1\n');
    expect(await refusal('run')).toMatchObject({
      code: 2,
      line: expect.stringContaining('configuration.yaml is not valid YAML'),
    });
    writeFileSync(join(home.folder, 'configuration.yaml'), 'axon_prot: 1\n');
    expect(await refusal('run')).toMatchObject({ code: 2, line: expect.stringContaining('did you mean "axon_port"?') });
  });

  it('for a chain that is not there', async () => {
    const { code, line } = await refusal('run', '-c', 'ws://127.0.0.1:1,ws://127.0.0.1:2');
    expect(line).toMatch(/127\.0\.0\.1:1/);
    expect(code).toBe(3);
  });

  it('for an endpoint that is no chain', async () => {
    const server = createServer((_, response) => response.end('hello'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as { port: number };
      const { code } = await refusal('run', '-c', `ws://127.0.0.1:${port}`);
      expect(code).toBe(3);
    } finally {
      server.close();
    }
  });

  it('for a secret on the command line, which is not repeated', async () => {
    const secret = `0x${'ab'.repeat(32)}`;
    const cli = home.run('run', '-m', '0', '-k', secret);
    expect(await cli.ended()).toBe(5);
    expect(cli.lines.join('\n')).toContain('a secret on the command line can be read by others');
    expect(cli.lines.join('\n')).not.toContain(secret);
  });

  it('for a corrupt key file, which stays as it is', async () => {
    const hotkeys = join(home.folder, '.bittensor', 'wallets', 'local', 'hotkeys');
    mkdirSync(hotkeys, { recursive: true });
    writeFileSync(join(hotkeys, 'default'), '{"secretPhrase": "abandon abandon"');
    const { code, line } = await refusal('run', '-m', '0');
    expect(line).toContain(join(hotkeys, 'default'));
    expect(code).toBe(5);
  });

  it('for a corrupt checkpoint', async () => {
    const path = join(home.folder, 'broken.safetensors');
    writeFileSync(path, 'not a checkpoint');
    const { code, line } = await refusal('run', '-m', '0', '-mp', path);
    expect(line).toContain(path);
    expect(code).toBe(1);
  });

  it('for a gossip port and an axon port in use', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as { port: number };
      const gossip = await refusal('run', '-m', String(port));
      expect(gossip).toMatchObject({ code: 3, line: expect.stringContaining(String(port)) });
      const axon = await refusal('run', '-m', '0', '-a', String(port));
      expect(axon).toMatchObject({ code: 3, line: expect.stringContaining(`--axon_port ${port} is in use`) });
    } finally {
      server.close();
    }
  });
});
