import { join, resolve } from 'node:path';
import { encodeAddress, fromHex, isBittensorError, publicKeyOf, toHex } from '../../../base/index.js';
import { Dendrite, describeAxon, type Peer, parseAddress } from '../../../net/index.js';
import { pullStudent } from '../../../neuron/index.js';
import { generateMnemonic, keypairFromMnemonic, ready, type Signer } from '../../../wallet/index.js';
import { cliError } from '../../errors.js';
import type { Action, Input } from '../../frame/command.js';
import { checkAddress, hotkeyOf } from '../../secrets/keys.js';
import { withChain } from '../../transaction/network.js';
import type { pullRows } from './rows.js';
import { metricText, sizeText, studentAt, studentJson } from './students.js';

/** Nothing that a student consists of is longer than one part and what is around it. */
const REPLY_BYTES = 20 * 2 ** 20;

export const pull: Action<typeof pullRows> = async input => {
  const { args, settings, ui, signal } = input;
  await ready();
  const hotkey = checkAddress(args[0]!, 'the hotkey');
  const { peer, network } = await (settings.address === undefined
    ? fromMetagraph(input, hotkey)
    : atAddress(input, hotkey));
  const signer = await callerOf(input);
  const dendrite = new Dendrite({ signer, network, limits: { messageBytes: REPLY_BYTES, heldBytes: 8 * REPLY_BYTES } });
  try {
    const pulling = pullStudent({
      dendrite,
      peer,
      root: join(settings.models, hotkey),
      to: settings.to === undefined ? undefined : resolve(settings.to),
      maxBytes: settings.max_mib * 2 ** 20,
      timeoutMs: settings.timeout_ms,
      signal,
      progress: (done, total) => ui.progress('Pulling', done, total),
    });
    const { path, wasThere, fetchedBytes, keptBytes } = await pulling.catch(error => {
      throw withAdvice(error);
    });
    const student = studentAt(path);
    const { model, step, data, metric } = student.config;
    return {
      json: { ...studentJson(student), fetchedBytes, wasThere },
      show: shown => {
        if (shown.isQuiet) return shown.line(path);
        const how = wasThere
          ? 'is there already'
          : keptBytes > 0
            ? `was pulled, ${sizeText(keptBytes)} of it earlier`
            : 'was pulled';
        shown.line(`The student of ${hotkey} ${how}: ${sizeText(student.bytes)} in ${path}`);
        shown.line(`A ${model} that learnt ${step} steps from ${data}: ${metricText(metric)}.`);
      },
    };
  } finally {
    dendrite.close();
  }
};

/** Most axons answer registered hotkeys alone. */
function withAdvice(error: unknown): unknown {
  if (!isBittensorError(error) || error.data['returnCode'] !== 'SenderUnknown') return error;
  const advice =
    'ask as a hotkey that is registered there: --wallet.name and --wallet.hotkey (on a local chain --wallet.name local)';
  return cliError('not_registered', `${error.message}; ${advice}`, error.data, error);
}

interface Found {
  readonly peer: Peer;
  /** Genesis hash, or none. */
  readonly network: Uint8Array;
}

async function fromMetagraph(input: Input<typeof pullRows>, hotkey: string): Promise<Found> {
  const { settings, ui, signal } = input;
  const { netuid } = settings;
  return await withChain(input, async ({ client }) => {
    const graph = await ui.busy(`reading subnet ${netuid}`, client.metagraph(netuid, { signal }));
    const neuron = graph.byHotkey(toHex(publicKeyOf(hotkey)));
    if (!neuron)
      throw cliError('not_registered', `${hotkey} is not registered on subnet ${netuid}`, { hotkey, netuid });
    if (!neuron.axon)
      throw cliError('not_registered', `${hotkey} announces no axon on subnet ${netuid}`, { hotkey, netuid });
    const { ip: host, port } = neuron.axon;
    return { peer: { hotkey, host, port }, network: fromHex(client.genesisHash) };
  });
}

async function atAddress({ settings, ui, signal }: Input<typeof pullRows>, hotkey: string): Promise<Found> {
  const address = parseAddress(settings.address!);
  const asked = describeAxon({ ...address, hotkey }, { timeoutMs: settings.timeout_ms, signal });
  const { network } = await ui.busy('asking the axon', asked);
  return { peer: { hotkey, ...address }, network };
}

/** The chosen hotkey; where none was chosen and there is none, a key for this once. */
async function callerOf({ settings, sources, ui }: Input<typeof pullRows>): Promise<Signer> {
  try {
    return await (await hotkeyOf(settings, ui)).unlock();
  } catch (error) {
    const isChosen = sources.wallet_name !== 'default' || sources.wallet_hotkey !== 'default';
    if (isChosen || !isBittensorError(error) || error.code !== 'wallet_not_found') throw error;
    const signer = keypairFromMnemonic(generateMnemonic());
    ui.preface(`There is no wallet to ask as, so a key made for this once does (${encodeAddress(signer.publicKey)}).`);
    return signer;
  }
}
