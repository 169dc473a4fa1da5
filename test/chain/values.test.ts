import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/index.js';
import type { Chain } from '../../src/chain/connection/chain.js';
import type { Connection } from '../../src/chain/connection/connection.js';
import { chainText } from '../../src/chain/index.js';
import { pagesOf } from '../../src/chain/metadata/values.js';
import { failure } from '../wallet/helpers.js';

const PREFIX = '0xab';
const keyOf = (i: number) => `${PREFIX}${i.toString(16).padStart(8, '0')}`;

/** A node that answers the n-th question like this. */
function connectionTo(answer: (start: string | null, n: number) => unknown): Connection<Chain> {
  let asked = 0;
  const call = async (_: string, params: readonly unknown[]) => answer(params[2] as string | null, asked++);
  return { call, endpoint: 'ws://node' } as unknown as Connection<Chain>;
}

async function allKeys(connection: Connection<Chain>): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of pagesOf(connection, PREFIX)) keys.push(...page);
  return keys;
}

describe('keys page by page', () => {
  it('are all read, also when the last page is full', async () => {
    for (const count of [0, 1, 511, 512, 513, 1024]) {
      const all = Array.from({ length: count }, (_, i) => keyOf(i));
      const connection = connectionTo(start => all.filter(key => key > (start ?? '')).slice(0, 512));
      expect(await allKeys(connection)).toEqual(all);
    }
  });

  it('are refused from a node that repeats itself, strays, or never ends', async () => {
    const page = (from: number) => Array.from({ length: 512 }, (_, i) => keyOf(from + i));
    const wrong = [
      () => page(0),
      () => page(0).reverse(),
      () => [...page(0), keyOf(512)],
      () => ['0xac00'],
      () => [7],
      () => null,
      (_: string | null, n: number) => page(512 * n),
    ];
    for (const answer of wrong) {
      expect(await failure(() => allKeys(connectionTo(answer)))).toMatchObject({ code: 'unsupported' });
    }
  });
});

describe('text from the chain', () => {
  it('keeps what a terminal shows, and replaces what it would obey', () => {
    expect(chainText(utf8('τ digits 7'))).toBe('τ digits 7');
    expect(chainText(utf8('a\u001b]0;b\u0007\n\u202ec'))).toBe('a\ufffd]0;b\ufffd\ufffd\ufffdc');
    expect(chainText(Uint8Array.of(0xff, 0x41))).toBe('\ufffdA');
    expect(chainText(undefined)).toBeUndefined();
  });
});
