import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/index.js';
import { Axon } from '../../src/net/index.js';
import { keypairFromUri, ready } from '../../src/wallet/index.js';
import { run } from './on-chain.js';

const cli = (line: string) => run(line.split(' '), {});

let axon: Axon;
let port: number;
/** Nobody listens there. */
let deadPort: number;
beforeAll(async () => {
  await ready();
  axon = new Axon({ signer: keypairFromUri('//CliAxon'), host: '127.0.0.1' });
  axon.attach({ forward: async ({ tensors }) => ({ tensors, parameterVersion: 0 }) });
  port = await axon.start();
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  deadPort = (server.address() as { port: number }).port;
  await new Promise(resolve => server.close(resolve));
});
afterAll(() => axon.stop());

const other = () => keypairFromUri('//CliAxon//other');

describe('axon describe', () => {
  it('ends with 3 where nobody answers', async () => {
    const { code, err } = await cli(`axon describe 127.0.0.1:${deadPort}`);
    expect(err).toContain('ECONNREFUSED');
    expect(code).toBe(3);
  });

  it('names the hotkeys of somebody else in the way the expected one was given', async () => {
    const [own, asked] = [keypairFromUri('//CliAxon'), other()];
    const byAddress = await cli(`axon describe ${port} --hotkey ${asked.address}`);
    expect(byAddress.code).toBe(1);
    expect(byAddress.err).toContain(`the certificate of ${own.address}, not of ${asked.address}`);
    const byDigits = await cli(`axon describe ${port} --hotkey ${toHex(asked.publicKey)}`);
    expect(byDigits.err).toContain(`the certificate of ${toHex(own.publicKey)}, not of ${toHex(asked.publicKey)}`);
  });
});

describe('axon probe', () => {
  const own = () => keypairFromUri('//CliAxon').address;

  it('ends with 0 where a peer reaches the axon, and with 3 where no peer answers', async () => {
    expect(await cli(`axon probe ${port} --axon.port ${port} --hotkey ${own()}`)).toMatchObject({ code: 0 });
    expect(await cli(`axon probe ${deadPort} --axon.port ${port} --hotkey ${own()}`)).toMatchObject({ code: 3 });
  });

  it('ends with 1 where no peer reaches it, and the document says so', async () => {
    const line = `axon probe ${port} --axon.port ${deadPort} --hotkey ${own()}`;
    const shown = await cli(line);
    const { code, out } = await cli(`${line} --json`);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'unreachable', answers: [{ reachable: false }] });
    expect(code).toBe(1);
    expect(shown).toMatchObject({ code: 1, out: expect.stringContaining('No peer reaches the axon') });
  });
});
