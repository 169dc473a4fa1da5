import { formatAlpha, formatTao } from '../../base/browser.js';
import type { ChainEvent, Submitted } from './outcome.js';

/** Of every transaction, or in other words what another event says. */
const SILENT = new Set([
  'System.ExtrinsicSuccess',
  'System.NewAccount',
  'TransactionPayment.TransactionFeePaid',
  'Balances.Withdraw',
  'Balances.Deposit',
  'Balances.Endowed',
  'Balances.Burned',
  'Balances.BurnedDebt',
  'Balances.Minted',
  'Balances.MintedCredit',
  'Balances.Issued',
  'Balances.Rescinded',
  'Balances.Reserved',
  'Balances.Unreserved',
]);

type Field = unknown;
type Say = (...data: Field[]) => string;

/** Events in words. Their fields are upstream's, of the versions that the client may meet; anything else is shown as it is. */
const WORDS: Readonly<Record<string, Say>> = {
  'Balances.Transfer': (from, to, amount) => `Transferred ${tao(amount)} from ${from} to ${to}`,
  'Balances.DustLost': (account, amount) => `${account} ended, and ${tao(amount)} with it`,
  'System.KilledAccount': account => `${account} ended: nothing is left there`,
  'SubtensorModule.NeuronRegistered': (netuid, uid, hotkey) => `Registered ${hotkey} as uid ${uid} on subnet ${netuid}`,
  'SubtensorModule.StakeAdded': (...data) => stakeAdded(data),
  'SubtensorModule.StakeRemoved': (...data) => stakeRemoved(data),
  'SubtensorModule.StakeMoved': (coldkey, from, netuid, to, target, amount) =>
    `Moved stake of ${coldkey} worth ${tao(amount)} from ${from} on subnet ${netuid} to ${to} on subnet ${target}`,
  'SubtensorModule.StakeTransferred': (from, to, hotkey, netuid, target, amount) =>
    `Gave stake worth ${tao(amount)} on ${hotkey} from ${from} to ${to}, from subnet ${netuid} to subnet ${target}`,
  'SubtensorModule.StakeSwapped': (coldkey, hotkey, netuid, target, amount) =>
    `Moved stake of ${coldkey} worth ${tao(amount)} on ${hotkey} from subnet ${netuid} to subnet ${target}`,
  'SubtensorModule.AlphaRecycled': (_, hotkey, amount, netuid) =>
    `Recycled ${alpha(amount)} on ${hotkey} in subnet ${netuid}`,
  'SubtensorModule.AlphaBurned': (_, hotkey, amount, netuid) =>
    `Burned ${alpha(amount)} on ${hotkey} in subnet ${netuid}`,
  'SubtensorModule.NetworkAdded': netuid => `Created subnet ${netuid}`,
  'SubtensorModule.NetworkRemoved': netuid => `Dissolved subnet ${netuid}`,
  'SubtensorModule.FirstEmissionBlockNumberSet': (netuid, block) =>
    `Opened subnet ${netuid}: stake is taken, emission begins with block ${block}`,
  'SubtensorModule.SubnetIdentitySet': netuid => `Set what subnet ${netuid} says of itself`,
  'SubtensorModule.ChainIdentitySet': coldkey => `Set what ${coldkey} says of itself`,
  'SubtensorModule.WeightsSet': (index, uid) => `Weights set by uid ${uid} on ${matrix(index)}`,
  'SubtensorModule.WeightsCommitted': (hotkey, index) =>
    `Committed ${hotkey} to weights on ${matrix(index)}; they count once they are revealed`,
  'SubtensorModule.WeightsRevealed': (hotkey, index) => `Revealed the weights of ${hotkey} on ${matrix(index)}`,
  'SubtensorModule.TimelockedWeightsCommitted': (hotkey, index, _, round) =>
    `Committed ${hotkey} to weights on ${matrix(index)}, which are revealed with round ${round}`,
  'SubtensorModule.AxonServed': (netuid, hotkey) => `Announced the axon of ${hotkey} on subnet ${netuid}`,
  'SubtensorModule.PrometheusServed': (netuid, hotkey) => `Announced the metrics of ${hotkey} on subnet ${netuid}`,
  'SubtensorModule.Faucet': (coldkey, amount) => `The faucet paid ${tao(amount)} to ${coldkey}`,
  'SubtensorModule.HotkeySwapped': (_, from, to) => `Replaced the hotkey ${from} by ${to}`,
  'SubtensorModule.ColdkeySwapped': (from, to) => `Gave all that ${from} had to ${to}`,
  'SubtensorModule.TakeIncreased': (_, hotkey, take) => `Raised the take of ${hotkey} to ${percent(take)}`,
  'SubtensorModule.TakeDecreased': (_, hotkey, take) => `Lowered the take of ${hotkey} to ${percent(take)}`,
  'Utility.BatchInterrupted': (index, error) => `The batch stopped at call ${Number(index) + 1}: ${error}`,
  'Utility.ItemFailed': error => `A call of the batch failed: ${error}`,
  'Utility.BatchCompletedWithErrors': () => 'The batch went on to its end, with errors',
  'Utility.ItemCompleted': () => 'A call of the batch succeeded',
  'Utility.BatchCompleted': () => 'All calls of the batch succeeded',
  'Sudo.Sudid': result => ended('The call as root', result),
  'Proxy.ProxyExecuted': result => ended('The call for the other account', result),
  'Multisig.MultisigExecuted': (...data) => ended('The call of the multisig account', data.at(-1)),
};

/** What a transaction did, as the chain's events say, one line each; the fee last. */
export function whatHappened({ events, feeRao }: Pick<Submitted, 'events' | 'feeRao'>): string[] {
  const lines = events.filter(event => !SILENT.has(`${event.pallet}.${event.name}`)).map(describeEvent);
  const told = lines.length > 0 ? lines : ['The call succeeded; the chain tells nothing else of it'];
  return [...told, feeRao === undefined || feeRao === 0n ? 'No fee was taken' : `Fee: ${formatTao(feeRao)}`];
}

function describeEvent(event: ChainEvent): string {
  const path = `${event.pallet}.${event.name}`;
  const say = Object.hasOwn(WORDS, path) ? WORDS[path] : undefined;
  // Other fields are another version's.
  if (say && event.data.length >= say.length) {
    try {
      return say(...event.data);
    } catch {
      // Shown as they are.
    }
  }
  const fields = event.data.map((value, i) => {
    const name = event.fields[i];
    return name ? `${name}: ${show(value)}` : show(value);
  });
  return fields.length === 0 ? path : `${path}(${fields.join(', ')})`;
}

/** Since subnets have tokens: coldkey, hotkey, TAO, alpha, netuid; before: hotkey and TAO. */
function stakeAdded(data: readonly Field[]): string {
  if (data.length < 5) return `Added stake: ${tao(data[1])} on ${data[0]}`;
  const [, hotkey, paid, got, netuid] = data;
  return `Added stake: ${tao(paid)} on ${hotkey} in subnet ${netuid}; received ${alpha(got)}`;
}

function stakeRemoved(data: readonly Field[]): string {
  if (data.length < 5) return `Removed stake: ${tao(data[1])} from ${data[0]}`;
  const [, hotkey, got, paid, netuid] = data;
  return `Removed stake: ${alpha(paid)} from ${hotkey} in subnet ${netuid}; received ${tao(got)}`;
}

/** Mechanisms beyond the first count from 4096 on. */
function matrix(index: Field): string {
  const [mechanism, netuid] = [Math.floor(Number(index) / 4096), Number(index) % 4096];
  return mechanism === 0 ? `subnet ${netuid}` : `subnet ${netuid}, mechanism ${mechanism}`;
}

function ended(what: string, result: Field): string {
  const { err } = (result ?? {}) as { err?: unknown };
  return err === undefined ? `${what} succeeded` : `${what} failed: ${show(err)}`;
}

function tao(value: Field): string {
  return formatTao(BigInt(String(value)));
}

function alpha(value: Field): string {
  return formatAlpha(BigInt(String(value)));
}

function percent(value: Field): string {
  return `${((100 * Number(value)) / 65_535).toFixed(2)} %`;
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd').slice(0, 200);
}
