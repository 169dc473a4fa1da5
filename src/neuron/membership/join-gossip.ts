import { type Closing, type Log, messageOf } from '../../base/index.js';
import { Gossip, isLoopback, type ServedSynapse, type SynapseHandlers } from '../../net/index.js';
import { NeuronError } from '../errors.js';
import type { Identity } from '../keys/identity.js';
import { bootstrapAddress, type NodeSettings } from '../options.js';
import type { AxonAddress, PublicAddress } from '../public-address.js';
import { gossipDirectory, type PeerDirectory } from './directory.js';

/** True where nodes are to find each other without a chain. */
export function isChainless(settings: NodeSettings): boolean {
  return settings.metagraph_port !== undefined || settings.bootstrap !== undefined;
}

/** Gossip knows no stakes and no permits: with such a rule nobody at all would be served. */
export function refuseChainRules(settings: NodeSettings): void {
  if (!isChainless(settings)) return;
  const rule = settings.axon_permit_only ? 'permit_only' : settings.axon_min_stake > 0 ? 'min_stake' : undefined;
  if (rule === undefined) return;
  const text = `--axon.${rule} needs a chain, which knows stakes and permits: leave it out, or leave out`;
  throw new NeuronError('bad_setting', `${text} --metagraph_port and --bootstrap`, { data: { key: `axon_${rule}` } });
}

/** Begins to gossip of this neuron's own synapse. */
export async function joinGossip({
  settings,
  identity,
  announced,
  network,
  definition,
  log,
  closing,
}: {
  settings: NodeSettings;
  identity: Identity;
  announced: PublicAddress;
  network: Uint8Array;
  definition: SynapseHandlers['definition'];
  log: Log;
  closing: Closing;
}): Promise<PeerDirectory> {
  const { bootstrap, metagraph_size: size, metagraph_difficulty: difficulty } = settings;
  const synapseAt = ({ ip, port }: AxonAddress): ServedSynapse => ({
    synapseKey: identity.hotkeyHex,
    host: ip,
    port,
    endorsement: identity.endorsement,
    definition: { ...definition, backward: true },
  });
  const gossip = new Gossip({
    signer: identity.hotkey,
    synapse: synapseAt(announced.now),
    network,
    host: isLoopback(announced.now.ip) ? '127.0.0.1' : '0.0.0.0',
    port: settings.metagraph_port ?? 0,
    bootstrap: bootstrap?.split(',').map(bootstrapAddress) ?? [],
    ...(size !== undefined && { size }),
    ...(difficulty !== undefined && { difficulty }),
    log,
  });
  // Before the start: it may fail when it already listens.
  closing.add(() => gossip.stop());
  await gossip.start();
  announced.onMoved(address => {
    gossip.subscribe(synapseAt(address)).catch(error => log.warn(`gossip: ${messageOf(error)}`));
  });
  log.info(`No chain: gossiping on port ${gossip.port}${bootstrap ? `, beginning with ${bootstrap}` : ''}`);
  return gossipDirectory(gossip);
}
