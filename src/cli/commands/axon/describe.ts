import { encodeAddress, formatTao, fromHex, toHex } from '../../../base/index.js';
import { describeAxon, formatAddress, parseAddress, type TensorDefinition } from '../../../net/index.js';
import { ready } from '../../../wallet/index.js';
import type { Action } from '../../frame/command.js';
import type { describeRows } from './rows.js';

export const describe: Action<typeof describeRows> = async ({ args, settings, ui, signal }) => {
  await ready();
  const address = parseAddress(args[0]!);
  const { hotkey, timeout_ms: timeoutMs } = settings;
  const asked = describeAxon({ ...address, hotkey }, { timeoutMs, signal });
  const { synapses, network, coldkey, ...told } = await ui.busy('asking the axon', asked);
  const shownAddress = formatAddress(address);
  const owner = encodeAddress(fromHex(told.hotkey));
  const json = {
    address: shownAddress,
    hotkey: owner,
    coldkey: coldkey === undefined ? null : encodeAddress(fromHex(coldkey)),
    version: told.version,
    network: network.length === 0 ? null : toHex(network),
    bodyBytes: told.bodyBytes,
    clockMs: told.timeMs,
    synapses: synapses.map(({ synapseKey, priceRao, workMs, ...synapse }) => ({
      key: synapseKey,
      ...synapse,
      priceRao: String(priceRao),
      workMs: workMs ?? null,
    })),
  };
  return {
    json,
    show: shown => {
      shown.line(`${shownAddress} is the axon of ${owner}, protocol ${told.version}.`);
      if (json.coldkey) shown.line(`Its coldkey is ${json.coldkey}.`);
      shown.table(
        ['SYNAPSE', 'TAKES', 'GIVES', 'GRADIENTS', 'PRICE', 'TIME(ms)'],
        synapses.map(({ synapseKey, inputs, outputs, backward, priceRao, workMs }) => [
          synapseKey || 'default',
          inputs.map(tensorText).join(', ') || 'anything',
          outputs.map(tensorText).join(', ') || 'not said',
          backward,
          formatTao(priceRao),
          workMs === undefined ? '' : workMs.toFixed(2),
        ]),
      );
    },
  };
};

/** `image float32 [?, 784]` */
function tensorText({ modality, dtype, shape }: TensorDefinition): string {
  return `${modality} ${dtype} [${shape.map(size => (size === -1 ? '?' : size)).join(', ')}]`;
}
