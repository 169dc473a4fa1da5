import { type ChainClient, prepareBurnedRegister, resolveNetwork } from '../../../chain/index.js';
import { coldkeyOf } from '../../secrets/keys.js';
import type { PasswordSettings } from '../../secrets/password.js';
import type { Ui } from '../../terminal/ui.js';
import { checkMeant } from '../../transaction/consent.js';
import { paidRao } from '../../transaction/events.js';
import { targetOf } from '../../transaction/network.js';
import { transact } from '../../transaction/transaction.js';
import { checkCanRegister, checkCost, registered } from '../subnet/registration.js';

export interface Registering {
  readonly client: ChainClient;
  /** ss58. */
  readonly hotkey: string;
  readonly netuid: number;
  /** The subnet was named, and did not come from a default. */
  readonly isNetuidGiven: boolean;
  /** What the user called the network. */
  readonly typed: string;
  /** The most that it may cost, in rao; of a registrar all of them together. */
  readonly maxRao: bigint;
  readonly yes: boolean;
  readonly wallet: PasswordSettings & { readonly wallet_name: string; readonly wallet_path: string };
  readonly ui: Ui;
  readonly signal: AbortSignal;
}

/** Registers the hotkeys that a neuron uses, one after the other, as `registerNeuron` does. */
export function registrar(
  given: Omit<Registering, 'client' | 'hotkey'>,
): (one: Pick<Registering, 'client' | 'hotkey'>) => Promise<void> {
  let leftRao = given.maxRao;
  return async one => {
    leftRao -= await registerNeuron({ ...given, ...one, maxRao: leftRao });
  };
}

/**
 * Registers a neuron's hotkey with its wallet's coldkey, as `subnet register` does and by the same rules: what it costs is shown, asked
 * for and limited. Returns what was paid, in rao. Errors: `too_dear`, and those of `transact`.
 */
export async function registerNeuron(request: Registering): Promise<bigint> {
  const { client, hotkey, netuid, maxRao, typed, wallet, ui, signal } = request;
  const network = resolveNetwork(typed);
  const target = targetOf({ client, network, typed, valuable: ['test', 'finney'].map(resolveNetwork) });
  checkMeant(target.isAtStake, { netuid: request.isNetuidGiven });
  await checkCanRegister(client, netuid, hotkey, signal);
  checkCost('registering', await client.registrationCost(netuid, { signal }), maxRao);
  const key = await coldkeyOf({ ...wallet, wallet_hotkey: '' }, ui);
  const prepared = await prepareBurnedRegister(client, { from: key.address, netuid, hotkey, limitRao: maxRao, signal });
  // Where the chain does not say what was paid, it may have been all of it.
  let spentRao = maxRao;
  const { show } = await transact({
    settings: { yes: request.yes, dry_run: false, wait: 'inclusion' },
    ui,
    signal,
    target,
    key,
    prepared,
    outcome: done => {
      spentRao = paidRao(done, key.address) ?? maxRao;
      return registered(done, { netuid, hotkey, payer: key.address });
    },
  });
  show?.(ui);
  return spentRao;
}
