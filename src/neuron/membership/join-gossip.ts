import type { Closing, Log } from '../../base/index.js';
import { Gossip, isLoopback, type SynapseHandlers } from '../../net/index.js';
import { NeuronError } from '../errors.js';
import type { Identity } from '../keys/identity.js';
import { bootstrapAddress, type NodeSettings } from '../options.js';
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
  announced: { ip: string; port: number };
  network: Uint8Array;
  definition: SynapseHandlers['definition'];
  log: Log;
  closing: Closing;
}): Promise<PeerDirectory> {
  const { bootstrap, metagraph_size: size, metagraph_difficulty: difficulty } = settings;
  const gossip = new Gossip({
    signer: identity.hotkey,
    synapse: {
      synapseKey: identity.hotkeyHex,
      host: announced.ip,
      port: announced.port,
      endorsement: identity.endorsement,
      definition: { ...definition, backward: true },
    },
    network,
    host: isLoopback(announced.ip) ? '127.0.0.1' : '0.0.0.0',
    port: settings.metagraph_port ?? 0,
    bootstrap: bootstrap?.split(',').map(bootstrapAddress) ?? [],
    ...(size !== undefined && { size }),
    ...(difficulty !== undefined && { difficulty }),
    log,
  });
  // Before the start: it may fail when it already listens.
  closing.add(() => gossip.stop());
  await gossip.start();
  log.info(`No chain: gossiping on port ${gossip.port}${bootstrap ? `, beginning with ${bootstrap}` : ''}`);
  return gossipDirectory(gossip);
}
