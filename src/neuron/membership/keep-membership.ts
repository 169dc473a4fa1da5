import type { Metagraph } from '../../chain/index.js';
import type { StatusBoard } from '../observe/status.js';
import { Patience } from '../patience.js';
import { announce, type Membership } from './membership.js';
import { withoutOlder } from './without-older.js';

export interface KeepOptions extends Pick<Membership, 'client' | 'netuid' | 'hotkey' | 'axon' | 'log' | 'signal'> {
  readonly status: Pick<StatusBoard, 'check'>;
  /** Its name where a node says what is wrong. Default `registration`. */
  readonly check?: string;
}

/**
 * Looks with each metagraph whether a neuron that has joined still has its place: others may take it, and the subnet may end. Says so,
 * and where it is registered again, the address that went with the place is published anew. Nothing is paid: whoever runs the neuron decides that.
 */
export function keepMembership(options: KeepOptions): (metagraph: Metagraph) => void {
  const { netuid, hotkey, axon, log, signal, status, check = 'registration' } = options;
  const announcing = new Patience(`Axon of ${hotkey.address}`, log, signal);
  let uid: number | undefined;
  let lost: string | undefined;
  let wasPublished = false;
  let isBusy = false;
  status.check(check, () => lost);

  const publish = async (uid: number) => {
    if (isBusy || !axon) return;
    isBusy = true;
    await announcing.run(() => announce(options, axon, uid));
    isBusy = false;
  };

  return withoutOlder(metagraph => {
    const self = metagraph.byHotkey(hotkey.address);
    if (!self) {
      // A registration that is not final yet is not lost.
      if (uid === undefined || lost !== undefined) return;
      lost = `hotkey ${hotkey.address} has lost its place (uid ${uid}) on subnet ${netuid}: register it again (bittensor-cli subnet register)`;
      log.error(lost);
      return;
    }
    if (lost !== undefined) log.info(`Registered again on subnet ${netuid} as uid ${self.uid}`);
    lost = undefined;
    uid = self.uid;
    if (self.axon) wasPublished = true;
    else if (wasPublished) void publish(self.uid);
  });
}
