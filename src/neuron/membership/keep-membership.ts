import type { Metagraph } from '../../chain/index.js';
import type { StatusBoard } from '../observe/status.js';
import { Patience } from '../patience.js';
import type { PublicAddress } from '../public-address.js';
import { announce, type Membership } from './membership.js';
import { withoutOlder } from './without-older.js';

export interface KeepOptions extends Pick<Membership, 'client' | 'netuid' | 'hotkey' | 'log' | 'signal'> {
  /** What it announces; none: it serves nobody. */
  readonly axon: PublicAddress | undefined;
  readonly status: Pick<StatusBoard, 'check'>;
  /** Its name where a node says what is wrong. Default `registration`. */
  readonly check?: string;
}

/**
 * Looks with each metagraph whether a neuron that has joined still has its place: others may take it, and the subnet may end. Says so,
 * and where it is registered again, the address that went with the place is published anew; one that has changed, too. Nothing is paid: whoever
 * runs the neuron decides that.
 */
export function keepMembership(options: KeepOptions): (metagraph: Metagraph) => void {
  const { netuid, hotkey, axon, log, signal, status, check = 'registration' } = options;
  const announcing = new Patience(`Axon of ${hotkey.address}`, log, signal);
  let uid: number | undefined;
  let lost: string | undefined;
  let wasPublished = false;
  let isBusy = false;
  /** Of older blocks nobody knows what was published since. */
  let publishedAt = 0;
  status.check(check, () => lost);

  const publish = async (uid: number) => {
    if (isBusy || !axon) return;
    isBusy = true;
    await announcing.run(async () => {
      publishedAt = await announce(options, axon.now, uid);
    });
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
    const isMissing = !self.axon && wasPublished;
    if (self.axon) wasPublished = true;
    const isFormer = self.axon && axon?.isOrWas(self.axon) && !axon.is(self.axon);
    if ((isMissing || isFormer) && metagraph.block >= publishedAt) void publish(self.uid);
  });
}
