import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EngineProcess, type Listening } from './engine-process.js';
import { temporaryFolder } from './fixture.js';
import { Dice } from './random-calls.js';

/** `npm run soak` raises this to three hundred. */
const KILLS = Number(process.env['SOAK_KILLS'] ?? 6);
const SEED = 20201105;
const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';

interface Head {
  number: number;
  hash: string;
}

/** Says each new head as a client sees it, until the connection breaks. */
async function watchHeads(engine: Listening, onHead: (number: number) => void): Promise<WebSocket> {
  const socket = new WebSocket(engine.url);
  socket.on('error', () => {});
  socket.on('message', data => {
    const { params } = JSON.parse(String(data)) as { params?: { result?: { number?: string } } };
    if (params?.result?.number !== undefined) onHead(Number(params.result.number));
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'chain_subscribeNewHeads', params: [] }));
  return socket;
}

describe('a chain that is killed', () => {
  it(
    `${KILLS} times at any moment goes on from the last block that anybody saw, and never tells another past`,
    async () => {
      using folder = temporaryFolder();
      const dice = new Dice(SEED);
      // Blocks follow each other as fast as they can, and old states are let go, so that every kind of write is hit.
      const args = ['--block-time', '10', '--prune', '50'];
      const seen = new Map<number, string>();
      let last: Head = { number: 0, hash: '' };
      let warnings = 0;
      for (let round = 0; round <= KILLS; round++) {
        await using engine = await EngineProcess.start(folder.path, args);
        const number = Number((await engine.rpc<{ number: string }>('chain_getHeader')).number);
        expect(number).toBeGreaterThanOrEqual(last.number);
        for (const [at, hash] of seen) expect(await engine.rpc('chain_getBlockHash', at)).toBe(hash);
        let head = number;
        const socket = await watchHeads(engine, at => {
          head = Math.max(head, at);
        });
        // What is under way when the end comes.
        void engine.rpc('dev_fund', BOB, '1000000').catch(() => {});
        const blocks = 1 + dice.below(30);
        const until = number + blocks;
        while (head < until) await once(socket, 'message');
        await new Promise(resolve => setTimeout(resolve, dice.below(20)));
        last = { number: head, hash: await engine.rpc<string>('chain_getBlockHash', head) };
        seen.set(last.number, last.hash);
        if (seen.size > 20) seen.delete(seen.keys().next().value!);
        engine.kill('SIGKILL');
        await engine.exited;
        socket.terminate();
        warnings += engine.stderr.split('\n').filter(line => /WARN/.test(line)).length;
        expect(engine.stderr).not.toMatch(/ERROR/);
      }
      process.stdout.write(
        `killed ${KILLS} times at blocks up to ${last.number}; ${warnings} warnings about torn ends\n`,
      );
      expect(last.number).toBeGreaterThan(KILLS);
    },
    KILLS * 10_000 + 60_000,
  );
});
