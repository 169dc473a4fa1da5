// One life of a process that sets weights: `weigher.mjs URL KEY FOLDER DEATH`. It kills itself at the point that is named, so that nothing
// after it happens; with `never` it ends when it has set two rows.
import { randomInt } from 'node:crypto';
import { silentLog, toHex } from '../../dist/src/base/index.js';
import { connect } from '../../dist/src/chain/index.js';
import { WeightJournal } from '../../dist/src/neuron/weights/journal.js';
import { WeightSender } from '../../dist/src/neuron/weights/weight-sender.js';
import { keypairFromUri, ready } from '../../dist/src/wallet/index.js';

const [url, uri, folder, death] = process.argv.slice(2);
const [when, count] = death.split(' ');
const die = () => process.kill(process.pid, 'SIGKILL');
let writes = 0;

class Mortal extends WeightJournal {
  write(entry) {
    writes += 1;
    if (when === 'before' && writes === Number(count)) die();
    super.write(entry);
    if (when === 'after' && writes === Number(count)) die();
  }
}

await ready();
const hotkey = keypairFromUri(uri);
const client = await connect({ endpoints: [url] });
const journal = new Mortal({ folder, genesisHash: client.genesisHash, netuid: 1 });
let sent = 0;
const mortal = new Proxy(client, {
  get: (target, name) => {
    const value = target[name];
    if (name !== 'setWeights') return typeof value === 'function' ? value.bind(target) : value;
    return args => {
      const onStatus = status => {
        args.onStatus?.(status);
        sent += 1;
        if (when === 'sent' && sent === Number(count)) die();
      };
      return target.setWeights({ ...args, onStatus });
    };
  },
});
const sender = new WeightSender({
  client: mortal,
  netuid: 1,
  hotkey,
  journal,
  log: silentLog,
  signal: new AbortController().signal,
  oncePerEpoch: true,
});
let done = 0;
for (let last = -1; done < 2; ) {
  const metagraph = await client.metagraph(1);
  if (metagraph.block === last) {
    await new Promise(resolve => setTimeout(resolve, 20));
    continue;
  }
  last = metagraph.block;
  if (!metagraph.byHotkey(hotkey.address)?.validatorPermit) continue;
  await sender.tend(metagraph);
  const others = metagraph.neurons.filter(neuron => neuron.hotkeyHex !== toHex(hotkey.publicKey));
  const weights = others.map((_, i) => (i === 0 ? 65_535 : randomInt(65_535)));
  const vector = { uids: others.map(neuron => neuron.uid), weights };
  const entry = await sender.send(metagraph, vector, await client.hyperparameters(1));
  if (entry?.state === 'included') done += 1;
}
await client.close();
