import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../../src/base/index.js';
import { type ChainClient, connect, type Localnet, startLocalnet } from '../../src/chain/index.js';
import { random } from '../../src/model/index.js';
import type { Axon } from '../../src/net/index.js';
import type { SavedScores } from '../../src/neuron/validator/scoring.js';
import { ready } from '../../src/wallet/index.js';
import { answeringMiner } from '../helpers/answering-miner.js';
import { type Cli, TestHome } from '../helpers/cli.js';
import { rowsByEpoch } from '../helpers/rows-on-chain.js';
import { smallData } from '../helpers/small-data.js';

const NETUID = 1;
const PATIENCE_MS = 300_000;
const KILLS = 3;
/** A life ends when it has said at most so much more. */
const MOST_LINES = 12;

let home: TestHome;
let net: Localnet;
let client: ChainClient;
let axons: Axon[];

beforeEach(async () => {
  await ready();
  home = new TestHome();
  axons = [];
  const dataFolder = join(home.folder, 'chain');
  net = await startLocalnet({ port: 0, dataFolder, blockTime: 250, keepBlocks: 'all', detached: false });
  client = await connect({ endpoints: [net.url] });
}, 120_000);

afterEach(async () => {
  for (const axon of axons) await axon.stop();
  await client?.close();
  await home[Symbol.asyncDispose]();
  await net?.stop();
});

/** Ends it, without a word to it, after so many lines more than it has said by now. */
async function killAfter(cli: Cli, lines: number): Promise<void> {
  const until = cli.lines.length + lines;
  await pollUntil('the line at which it dies', { withinMs: PATIENCE_MS, everyMs: 1 }, () =>
    cli.lines.length >= until ? true : undefined,
  );
  expect((await cli.stop('SIGKILL')).code).toBe('SIGKILL');
}

/** How often the validator has asked each peer, by what it saved. */
function askedOf(): Map<string, number> {
  const slot = join(home.folder, '.bittensor', 'node', 'slots', 'judge');
  const name = existsSync(slot) && readdirSync(slot).find(name => /^scores-.*\.json$/.test(name));
  if (!name) return new Map();
  const { scores } = JSON.parse(readFileSync(join(slot, name), 'utf8')) as { scores: SavedScores };
  return new Map(Object.entries(scores).map(([hotkey, { open = [] }]) => [hotkey, open[4] ?? 0]));
}

describe('a validator and a miner that are killed at any moment', () => {
  it('come back with what they had: step, moving averages, and one row an epoch', async () => {
    for (const accuracy of [0.95, 0.6]) {
      const { axon } = await answeringMiner(client, NETUID, accuracy);
      axons.push(axon);
    }
    const lots = random(8, 'moments');
    const moment = () => 1 + Math.floor(lots.uniform() * MOST_LINES);
    const dataset = smallData(home.folder).digits;
    const judging = () =>
      home.run('run', 'validator', '-c', net.url, '--neuron_key', 'judge', '--validator.interval', '0.05');
    const learning = (...more: string[]) =>
      home.run(
        'run',
        'miner',
        '-c',
        net.url,
        '--neuron_key',
        'pupil',
        '--device',
        'wasm',
        '--dataset',
        dataset,
        ...more,
      );
    const stepOf = async (miner: Cli) =>
      Number((await miner.waitFor(/Resuming from .*: epoch \d+, step (\d+)$/, PATIENCE_MS))[1]);

    let hotkey = '';
    let step = 0;
    let asked = new Map<string, number>();
    for (let life = 0; life <= KILLS; life++) {
      const [validator, miner] = [judging(), learning()];
      if (life > 0) {
        await validator.waitFor(/Going on with the scores in/, PATIENCE_MS);
        // Each life saved at least once after a step of its own.
        const resumed = await stepOf(miner);
        expect(resumed).toBeGreaterThan(step);
        step = resumed;
      }
      [, hotkey = ''] = await validator.waitFor(/hotkey (5\w+)/, PATIENCE_MS);
      await Promise.all([
        validator.waitFor(/set_weights included/, PATIENCE_MS),
        miner.waitFor(/Serving \/ Saving model/, PATIENCE_MS),
        pollUntil('scores on the disk', { withinMs: PATIENCE_MS }, () => (askedOf().size > 0 ? true : undefined)),
      ]);
      if (life < KILLS) await Promise.all([killAfter(validator, moment()), killAfter(miner, moment())]);
      else for (const neuron of [validator, miner]) expect((await neuron.stop()).code).toBe(0);
      const now = askedOf();
      for (const [peer, count] of asked) expect(now.get(peer), peer).toBeGreaterThanOrEqual(count);
      asked = now;
    }
    const rows = await rowsByEpoch({ client, url: net.url, netuid: NETUID }, hotkey);
    expect(rows.size).toBeGreaterThan(KILLS);
    for (const [epoch, all] of rows) expect(all.size, `rows in epoch ${epoch}`).toBe(1);
  }, 1_200_000);
});
