import { abortable } from '../../base/index.js';
import type { ChainClient } from '../../chain/index.js';
import { Dendrite, dendriteOptionsOf } from '../../net/index.js';
import { takeIdentity } from '../keys/identity.js';
import { keepMembership } from '../membership/keep-membership.js';
import { patienceFor } from '../membership/local-chain.js';
import { joinSubnet } from '../membership/membership.js';
import { PeerHealth } from '../membership/peer-health.js';
import { PeerCaller } from '../model/peer-caller.js';
import type { Node } from '../node.js';
import { locksFolder, type ValidatorSettings } from '../options.js';
import type { RunHooks } from '../running.js';
import type { Way } from './validator-loop.js';

/** A way to ask as a neuron without a say, and who is worth asking by it. */
export interface Disguise {
  readonly way: Way;
  readonly health: PeerHealth;
}

/**
 * A second hotkey of the wallet that asks like any neuron without a stake, so that who answers only validators shows. It asks from the
 * same address: who keeps a list of validators' addresses is not fooled. On a local chain it is made and registered, without a stake;
 * elsewhere it is registered as the validator is. Errors as of `takeIdentity` and `joinSubnet`.
 */
export async function openDisguise(
  name: string,
  node: Node<ValidatorSettings>,
  chain: ChainClient,
  { password, register }: Pick<RunHooks, 'password' | 'register'>,
): Promise<Disguise> {
  const { settings, network, signal, closing, lastly, directory, root, observed } = node;
  const log = root.child('disguise');
  const { slot, hotkey, coldkey } = await takeIdentity({
    dataFolder: settings.data,
    walletsPath: settings.wallet_path,
    walletName: settings.wallet_name ?? (chain.isLocal ? 'local' : 'default'),
    locksFolder: locksFolder(),
    neuronKey: name,
    mayCreate: chain.isLocal,
    password,
    signal,
  });
  lastly.add(() => slot.release());
  await joinSubnet({
    client: chain,
    netuid: settings.netuid,
    hotkey,
    coldkey,
    stakes: false,
    axon: undefined,
    register:
      register &&
      (async () => {
        // The validator's own registration is asked for and paid first.
        await abortable(node.joined, signal);
        await register({ client: chain, hotkey: hotkey.address });
      }),
    timeoutMs: await patienceFor(chain, line => log.info(line)),
    log,
    signal,
  });
  const place = { client: chain, netuid: settings.netuid, hotkey, axon: undefined, log, signal };
  const keep = keepMembership({ ...place, status: observed.status, check: 'disguise' });
  closing.add(chain.onMetagraph(settings.netuid, keep));
  const dendrite = new Dendrite({ ...dendriteOptionsOf(settings), signer: hotkey, network, log });
  closing.add(() => dendrite.close());
  const health = new PeerHealth();
  const timeoutMs = 1000 * settings.validator_timeout;
  const caller = new PeerCaller({ dendrite, directory, health, timeoutMs, log, signal });
  const way: Way = {
    channel: 'disguised',
    isUsable: () => directory.metagraph?.()?.byHotkey(hotkey.address) !== undefined,
    forward: request => caller.forward(request),
  };
  return { way, health };
}
