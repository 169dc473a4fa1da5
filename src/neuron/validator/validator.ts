import { abortable, type Closing, type Log } from '../../base/index.js';
import type { ChainClient, Metagraph } from '../../chain/index.js';
import type { RecipeName } from '../../model/index.js';
import type { Dendrite } from '../../net/index.js';
import { NeuronError } from '../errors.js';
import type { Identity } from '../keys/identity.js';
import type { PeerDirectory } from '../membership/directory.js';
import type { PeerHealth } from '../membership/peer-health.js';
import { PeerKinds } from '../membership/peer-kinds.js';
import { PeerCaller } from '../model/peer-caller.js';
import type { Observed } from '../observe/observe-node.js';
import { keepWeights } from '../weights/keep-weights.js';
import type { Disguise } from './disguise.js';
import { Judge } from './judge.js';
import { forgetLeavers } from './members.js';
import { keepScores, scoresPath } from './saved-scores.js';
import { CHANNELS, ScoreBook } from './scoring.js';
import type { JudgeSettings } from './settings.js';
import { standingTable } from './table.js';
import { judgePeers, type Way } from './validator-loop.js';

/** What a validator needs of its node. */
export interface ValidatorNode {
  readonly chain: ChainClient | undefined;
  readonly identity: Identity;
  readonly directory: PeerDirectory;
  readonly dendrite: Dendrite;
  readonly health: PeerHealth;
  /** Where its scores and weights are shown. */
  readonly observed: Pick<Observed, 'showPeers' | 'noteWeights'>;
  readonly log: Log;
  readonly root: Log;
  readonly signal: AbortSignal;
  /** Ends the setting of weights before the node ends. */
  readonly weightsSignal: AbortSignal;
  readonly closing: Closing;
  /** Once it is a member of its subnet. */
  readonly joined: Promise<unknown>;
  fail(error: unknown): void;
}

export interface ValidatorRun extends JudgeSettings {
  readonly netuid: number;
  readonly model: RecipeName;
  /** Of the order of the questions; undefined: one that nobody can guess. */
  readonly seed?: number | undefined;
}

/**
 * Asks peers about held-out rows, scores them by what their answers take off the loss, and sets weights by that once per tempo. Trains
 * and serves nothing. With a disguise every other question comes from that. Resolves with the questions asked, when its steps are done or the signal aborts.
 */
export async function judgeAndRank(node: ValidatorNode, settings: ValidatorRun, disguise?: Disguise): Promise<number> {
  const { chain, identity, directory, dendrite, health, signal, closing, fail } = node;
  if (!chain) throw new NeuronError('bad_setting', 'a validator needs a chain, which its weights are for');
  const log = node.root.child('validator');
  const judge = new Judge(fail);
  closing.add(() => judge.stop());
  const { model, dataset, seed, netuid } = settings;
  const { data, forms } = await abortable(judge.prepare({ model, dataset, seed }), signal);
  log.info(`Asking about the test rows of ${data}`);

  const book = new ScoreBook(disguise ? CHANNELS : ['open']);
  node.observed.showPeers({ directory, health, scores: () => sharesOf(book.scores()) });
  const saved = keepScores(scoresPath(identity.slot.folder, chain.genesisHash, netuid, model), book, log);
  closing.add(saved.save);

  await abortable(node.joined, signal);
  const dendriteLog = node.root.child('dendrite');
  const kinds = new PeerKinds({ own: () => forms, health, log: dendriteLog, signal });
  // Who serves something else now is asked no more: it does not keep what it earned before.
  const isLost = (hotkey: string) => health.isLost(hotkey) || kinds.isOther(hotkey);
  rankByScores({ node, chain, netuid, book, isLost, log });

  const timeoutMs = 1000 * settings.validator_timeout;
  const caller = new PeerCaller({ dendrite, directory, health, kinds, timeoutMs, log: dendriteLog, signal });
  const open: Way = {
    channel: 'open',
    isUsable: () => {
      const metagraph = directory.metagraph?.();
      return metagraph === undefined || metagraph.byHotkey(identity.hotkey.address) !== undefined;
    },
    forward: request => caller.forward(request),
  };
  return judgePeers({
    judge,
    book,
    ways: disguise ? [open, disguise.way] : [open],
    peers: channel => {
      const known = directory.peers();
      const fitting = kinds.fitting(known);
      if (channel === 'open') return fitting;
      // Of all that are known, because a peer that is left out here is forgotten there.
      const usable = new Set(disguise!.health.usable(known));
      return fitting.filter(peer => usable.has(peer));
    },
    count: settings.validator_peers,
    intervalMs: 1000 * settings.validator_interval,
    timeoutMs,
    steps: settings.validator_steps,
    onStep: () => saved.saveWhenDue(),
    log,
    signal,
  });
}

/** With sum 1, as a miner's are shown. */
function sharesOf(scores: ReadonlyMap<string, number>): Record<string, number> {
  const total = [...scores.values()].reduce((sum, score) => sum + score, 0);
  return Object.fromEntries([...scores].map(([hotkey, score]) => [hotkey, score / total]));
}

interface Ranking {
  readonly node: ValidatorNode;
  readonly chain: ChainClient;
  readonly netuid: number;
  readonly book: ScoreBook;
  isLost(hotkey: string): boolean;
  readonly log: Log;
}

/** Sends the scores to the chain as weights, one row an epoch, tells with each epoch what everybody is worth, and forgets who left. */
function rankByScores({ node, chain, netuid, book, isLost, log }: Ranking): void {
  const { identity, observed, closing } = node;
  let weights: ReadonlyMap<number, number> = new Map();
  const stopKeeping = keepWeights({
    chain,
    netuid,
    hotkey: identity.hotkey,
    ownHotkey: identity.hotkeyHex,
    folder: identity.slot.folder,
    scores: () => book.scores(),
    isLost,
    oncePerEpoch: true,
    onState: entry => {
      observed.noteWeights(entry);
      weights = new Map(entry.uids.map((uid, i) => [uid, entry.weights[i]!]));
    },
    log,
    signal: node.weightsSignal,
  });
  closing.add(stopKeeping);
  let epoch: number | undefined;
  const forget = forgetLeavers(book);
  const onMetagraph = (metagraph: Metagraph) => {
    forget(metagraph);
    if (epoch !== undefined && epoch !== metagraph.lastEpochBlock) {
      for (const line of standingTable(book, metagraph, weights)) log.info(line);
    }
    epoch = metagraph.lastEpochBlock;
  };
  closing.add(chain.onMetagraph(netuid, onMetagraph));
}
