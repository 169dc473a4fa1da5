import { mkdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Closing, silentLog } from '../../../src/base/index.js';
import { rankWhenJoined } from '../../../src/neuron/model/miner.js';
import { WeightJournal } from '../../../src/neuron/weights/journal.js';
import { WeightRow } from '../../../src/neuron/weights/weight-row.js';
import { temporaryFolder } from '../../chain/helpers.js';

it('a miner ends with an error of its own where its journal of weights cannot be read at all', async () => {
  using folder = temporaryFolder();
  const chain = { genesisHash: `0x${'00'.repeat(32)}`, isLocal: true, onMetagraph: () => () => {} };
  const place = { folder: folder.path, genesisHash: chain.genesisHash, netuid: 1 };
  // A folder where the file is to be.
  mkdirSync(new WeightJournal(place).path);
  const failed = new Promise<unknown>(fail => {
    const node = {
      ...{ chain, fail, joined: Promise.resolve(3), settings: { netuid: 1 }, observed: {}, health: {} },
      identity: { slot: { folder: folder.path }, hotkey: {}, hotkeyHex: '0x00' },
      ...{ log: silentLog, weightsSignal: new AbortController().signal, closing: new Closing() },
    };
    rankWhenJoined(node as never, new WeightRow());
  });
  expect(await failed).toMatchObject({ code: 'EISDIR' });
});
