import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../src/chain/index.js';
import { failure } from '../wallet/helpers.js';

describe('networks', () => {
  it('are known by name', () => {
    expect(resolveNetwork('local')).toMatchObject({
      endpoints: ['ws://127.0.0.1:9944'],
      isLocal: true,
      note: undefined,
    });
    expect(resolveNetwork('finney')).toMatchObject({
      endpoints: ['wss://entrypoint-finney.opentensor.ai:443'],
      isLocal: false,
    });
    expect(resolveNetwork('Test').endpoints).toEqual(['wss://test.finney.opentensor.ai:443']);
    expect(resolveNetwork('finney').genesisHash).toMatch(/^0x2f0555cc/);
  });

  it("are known by the manual's names, with a note", () => {
    expect(resolveNetwork('kusanagi')).toMatchObject({ name: 'test', note: expect.stringContaining('kusanagi') });
    expect(resolveNetwork('akatsuki')).toMatchObject({ name: 'finney', note: expect.stringContaining('finney') });
  });

  it('are known by address, several to fail over', () => {
    expect(resolveNetwork('ws://127.0.0.1:9955')).toMatchObject({ endpoints: ['ws://127.0.0.1:9955'], isLocal: true });
    expect(resolveNetwork('ws://localhost:1, wss://example.org')).toMatchObject({
      endpoints: ['ws://localhost:1', 'wss://example.org'],
      isLocal: false,
    });
    expect(resolveNetwork('ws://[::1]:9944').isLocal).toBe(true);
    expect(resolveNetwork('ws://127.0.0.1.example.org').isLocal).toBe(false);
  });

  it('are refused when they are none', async () => {
    for (const text of [
      '',
      'finey',
      'http://127.0.0.1',
      '127.0.0.1:9944',
      'ws://',
      'ws://a,',
      '__proto__',
      'constructor',
    ]) {
      expect(await failure(() => resolveNetwork(text))).toMatchObject({ code: 'bad_network' });
    }
  });
});
