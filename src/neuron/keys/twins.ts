import { type Log, sleep } from '../../base/index.js';
import type { ChainClient } from '../../chain/index.js';
import { describeAxon, formatAddress, RequestError, type ReturnCode } from '../../net/index.js';
import { NeuronError } from '../errors.js';

export interface TwinOptions {
  readonly chain: Pick<ChainClient, 'metagraph' | 'blockTimeMs'>;
  readonly netuid: number;
  /** ss58. */
  readonly hotkey: string;
  readonly log: Pick<Log, 'warn' | 'info'>;
  readonly signal: AbortSignal;
  /** Between two looks. Default: a block, from 1 to 12 s. */
  readonly everyMs?: number | undefined;
}

/** Looks before a twin that stays is believed: one that is being stopped, or moved, has some blocks for it. */
const LOOKS = 4;
/** How long an axon has to answer, milliseconds. */
const ANSWER_MS = 5_000;
/** What says nothing of who is there, or that it is somebody else. */
const NOT_PROVEN: readonly ReturnCode[] = ['Unavailable', 'Timeout', 'Unauthenticated'];

/**
 * Makes sure, before this neuron listens, that its hotkey serves nowhere else: at the address of the chain nobody may prove to have it.
 * Waits some blocks for one that does. Error `hotkey_elsewhere`.
 */
export async function refuseTwin(options: TwinOptions): Promise<void> {
  const { chain, netuid, hotkey, log, signal } = options;
  const everyMs = options.everyMs ?? Math.min(12_000, Math.max(1_000, chain.blockTimeMs));
  for (let look = 1; ; look++) {
    const axon = (await chain.metagraph(netuid, { signal })).byHotkey(hotkey)?.axon;
    if (!axon) return;
    const address = { host: axon.ip, port: axon.port };
    const where = formatAddress(address);
    if (!(await provesHotkey(address, hotkey, signal))) {
      if (look > 1) log.info(`Nobody proves to have this hotkey at ${where} any more`);
      return;
    }
    if (look === LOOKS) {
      throw new NeuronError(
        'hotkey_elsewhere',
        `hotkey ${hotkey} is live at ${where}: an axon there proves to have it; stop that neuron, or give this one another hotkey`,
        { data: { hotkey, address: where } },
      );
    }
    log.warn(`This hotkey is live at ${where}: waiting whether that ends (look ${look} of ${LOOKS})`);
    await sleep(everyMs, signal);
  }
}

/** True when whoever answers there holds the hotkey, whatever it answers. */
async function provesHotkey(
  address: { host: string; port: number },
  hotkey: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await describeAxon({ ...address, hotkey }, { timeoutMs: ANSWER_MS, signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RequestError)) throw error;
    return !NOT_PROVEN.includes(error.returnCode);
  }
}
