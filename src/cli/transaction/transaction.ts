import { BittensorError, formatTao, isBittensorError } from '../../base/index.js';
import type { ChainClient, PreparedAction, Submitted } from '../../chain/index.js';
import type { Signer } from '../../wallet/index.js';
import { cliError } from '../errors.js';
import type { Result } from '../frame/command.js';
import type { Ui } from '../terminal/ui.js';
import { checkAffordable } from './affordable.js';
import { consentFor } from './consent.js';
import type { Target } from './network.js';

/** What the shared rows of transactions give. */
export interface TransactionSettings {
  readonly yes: boolean;
  readonly dry_run: boolean;
  readonly wait: 'inclusion' | 'finalization';
  readonly quiet?: boolean;
}

/** Who signs: known before the key is unlocked. */
export interface SigningKey {
  readonly address: string;
  /** As the user knows it: `coldkey of wallet default`. */
  readonly title: string;
  unlock(): Promise<Signer>;
}

export interface Transaction {
  readonly settings: TransactionSettings;
  readonly ui: Ui;
  readonly signal: AbortSignal;
  readonly target: Target;
  readonly key: SigningKey;
  readonly prepared: PreparedAction;
  /** The user was asked before it could be prepared (see `agree`): what was shown then, and is not shown again. */
  readonly agreed?: Agreed;
  /** What has to be done once the user agreed, before anything is signed. */
  readonly beforeSigning?: () => void;
  /** More of what happened, for the JSON document and for people. */
  readonly outcome?: (done: Submitted, client: ChainClient) => Promise<Outcome> | Outcome;
}

export interface Agreed {
  /** Labels. */
  readonly shown: readonly string[];
  /** The same was tried before, and shown then. */
  readonly isRetry: boolean;
}

export interface Outcome {
  readonly json?: Record<string, unknown>;
  readonly lines?: readonly string[];
}

/**
 * The way of every transaction: shows what will be signed (decoded from those bytes) with fee and effect, asks where that
 * is due, unlocks the key, signs, waits, and tells what the chain's events say. With `dry_run` nothing is signed.
 * Errors: `insufficient_balance` before anything is signed, `needs_consent`, `old_name`, `declined`, those of unlocking
 * and submitting, and `interrupted` when the user stops waiting.
 */
export async function transact(transaction: Transaction): Promise<Result> {
  const { settings, ui, signal, target, key } = transaction;
  const { client } = target;
  const [balance, waiting] = await Promise.all([
    client.accountBalance(key.address, { signal }),
    client.waiting(key.address, { signal }),
  ]);
  const beforeRao = balance.freeRao;
  const preview = previewOf(transaction, beforeRao, waiting);
  const warning = checkAffordable(client, key, transaction.prepared, balance, preview.json);
  if (warning !== undefined) ui.note(`Attention: ${warning}.`);
  if (settings.dry_run) return { json: { dryRun: true, ...preview.json }, show: shown => shown.pairs(preview.pairs) };
  const { agreed } = transaction;
  if (agreed) {
    const say = agreed.isRetry ? ui.detail : ui.preface;
    for (const line of linesOf(preview.pairs.filter(([label]) => !agreed.shown.includes(label)))) say(line);
  } else await agree(transaction, preview.pairs);
  const signer = await key.unlock();
  transaction.beforeSigning?.();
  const done = await submit(transaction, signer);
  // What was done is told even if the connection breaks now.
  const balanceRao = await target.client.balanceRao(key.address, { signal }).catch(() => undefined);
  return resultOf(transaction, done, { preview: preview.json, beforeRao, balanceRao });
}

type Pairs = readonly (readonly [label: string, value: string])[];

/** Shows what it is about, and asks where that is due. Errors: `needs_consent`, `old_name`, `declined`. */
export async function agree(
  { settings, ui, target }: Pick<Transaction, 'settings' | 'ui' | 'target'>,
  pairs: Pairs,
): Promise<void> {
  const { isAtStake, naming, name } = target;
  const consent = consentFor({ isAtStake, isInteractive: ui.isInteractive, yes: settings.yes, naming });
  // What a question is about is seen in any case.
  const say = consent === 'ask' && settings.quiet ? ui.line : ui.preface;
  for (const line of [...linesOf(pairs), '']) say(line);
  if (consent === 'go') return;
  const where = isAtStake ? ` on ${naming.present ?? name}, where real value may move` : '';
  if (!(await ui.confirm(`Sign and send this${where}?`))) throw cliError('declined', 'nothing was signed');
}

interface Preview {
  readonly pairs: Pairs;
  readonly json: Record<string, unknown>;
}

/** What is about to be signed, by the bytes that will be. */
function previewOf({ target, key, prepared }: Transaction, beforeRao: bigint, waiting: number): Preview {
  const { call, args, callHex, feeRao, effect, era } = prepared;
  const afterRao = beforeRao + effect.balanceRao - (feeRao ?? 0n);
  const { client } = target;
  const pairs: (readonly [string, string])[] = [
    ['Call', call],
    ...args.map(({ name, value }) => [`  ${name}`, value] as const),
    ['Signed by', `${key.address} (${key.title})`],
    ['Chain', `${client.chainName}, ${client.endpoint}`],
    ['Fee', feeRao === undefined ? 'the chain cannot tell' : formatTao(feeRao)],
    ...balanceLine(beforeRao, afterRao, effect.balanceRao !== 0n || feeRao !== 0n),
    ...effect.more,
    ['Valid', `for ${era.blocks} blocks (${era.minutes.toFixed(1)} minutes) after signing`],
    ...waitingLine(waiting),
  ];
  const json = {
    network: target.name,
    endpoint: client.endpoint,
    genesisHash: client.genesisHash,
    signer: key.address,
    call,
    args,
    callHex,
    feeRao: feeRao ?? null,
    effect: { balanceRao: effect.balanceRao, beforeRao, afterRao, more: Object.fromEntries(effect.more) },
    validBlocks: era.blocks,
    pending: waiting,
  };
  return { pairs, json };
}

/** Calls of a hotkey, which cost nothing, do not tell of a balance. */
function balanceLine(beforeRao: bigint, afterRao: bigint | undefined, isMoved: boolean): Pairs {
  if (!isMoved && afterRao === beforeRao) return [];
  return [['Balance', `${formatTao(beforeRao)} -> ${afterRao === undefined ? 'unknown' : formatTao(afterRao)}`]];
}

/** Who sends something again, because he stopped waiting for it, pays twice. */
function waitingLine(waiting: number): Pairs {
  if (waiting === 0) return [];
  const which = waiting === 1 ? '1 transaction of this account waits' : `${waiting} transactions of this account wait`;
  return [['Attention', `${which} in the pool: this one comes after, and is not instead of it`]];
}

function linesOf(pairs: Pairs): string[] {
  const width = Math.max(...pairs.map(([label]) => label.length));
  return pairs.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
}

async function submit({ settings, ui, signal, prepared }: Transaction, signer: Signer): Promise<Submitted> {
  let hash: string | undefined;
  const goal = settings.wait === 'finalization' ? 'finalized' : 'included';
  try {
    const sending = prepared.submit(signer, {
      waitFor: settings.wait,
      signal,
      onSigned: signed => {
        hash = signed;
      },
      onStatus: status => ui.detail(`transaction ${status.hash}: ${status.kind.replace('_', ' ')}`),
    });
    return await ui.busy(`waiting until it is ${goal}`, sending);
  } catch (error) {
    if (!signal.aborted || (isBittensorError(error) && error.code !== 'interrupted'))
      throw await explained(error, prepared);
    const state = hash === undefined ? 'nothing was sent' : `transaction ${hash} was sent and may still be included`;
    throw cliError('interrupted', `stopped waiting: ${state}`, { hash }, error);
  }
}

/** What the chain refused, with what to do about it. */
async function explained(error: unknown, prepared: PreparedAction): Promise<unknown> {
  if (!isBittensorError(error) || (error.code !== 'dispatch' && error.code !== 'rejected')) return error;
  const { pallet, name } = error.data;
  const { explainChainError } = await import('../../chain/index.js');
  const text = explainChainError(`${String(pallet)}.${String(name)}`) ?? explainChainError(String(name));
  if (!text) return error;
  const { title, why } = text;
  const remedy = withNetuid(text.remedy, prepared);
  const message = `${error.message}${error.message.includes(title) ? '' : `: ${title}`}. ${remedy}`;
  return new BittensorError(error.code, message, { data: { ...error.data, title, why, remedy }, cause: error });
}

/** Advice with the subnet that it is about. */
function withNetuid(remedy: string, { args }: PreparedAction): string {
  const netuid = args.find(({ name }) => name === 'netuid')?.raw;
  return typeof netuid === 'number' ? remedy.replace(/--netuid N\b/g, `--netuid ${netuid}`) : remedy;
}

interface After {
  readonly preview: Record<string, unknown>;
  readonly beforeRao: bigint;
  /** Undefined when nobody answers any more. */
  readonly balanceRao: bigint | undefined;
}

async function resultOf(
  { target, settings, outcome }: Transaction,
  done: Submitted,
  { preview, beforeRao, balanceRao }: After,
): Promise<Result> {
  const more = (await outcome?.(done, target.client)) ?? {};
  const { whatHappened } = await import('../../chain/index.js');
  const said = whatHappened(done);
  const { hash, blockHash, blockNumber, feeRao, events } = done;
  const json = {
    dryRun: false,
    ...preview,
    hash,
    blockHash,
    blockNumber,
    finalized: settings.wait === 'finalization',
    paidFeeRao: feeRao ?? null,
    balanceRao: balanceRao ?? null,
    events,
    ...more.json,
  };
  const show = (ui: Ui) => {
    for (const line of [...said, ...(more.lines ?? [])]) ui.line(line);
    const state = settings.wait === 'finalization' ? 'finalized' : 'included';
    ui.pairs([
      ['Transaction', `${hash}, ${state} in block ${blockNumber}`],
      ...balanceLine(beforeRao, balanceRao, (feeRao ?? 0n) !== 0n),
    ]);
  };
  return { json, show };
}
