import { formatAlpha, formatCoins, formatTao, isBittensorError, RAO_PER_TAO } from '../../base/browser.js';
import type { CallOptions, ChainClient } from '../chain-client.js';
import { chainError } from '../errors.js';
import type { Quote } from '../reads/prices.js';
import {
  type Axon,
  addStakeLimitWays,
  addStakeWays,
  checkAddress,
  checkAmount,
  checkWeights,
  faucetWays,
  type PriceLimit,
  powRegisterWays,
  registerNetworkWays,
  registerWays,
  removeStakeLimitWays,
  removeStakeWays,
  type SubnetIdentity,
  serveAxonWays,
  startCallWays,
  subnetIdentityWays,
  transferAllWays,
  transferWays,
  unstakeAllWays,
  type WeightRow,
  type Work,
  weightWays,
} from './actions.js';
import type { Way } from './calls.js';
import type { Prepared } from './prepare.js';

/** What a transaction does to the sender's balance, as far as can be told before. */
export interface Effect {
  /** Change of the free balance without the fee, in rao; an estimate where `more` says so. */
  readonly balanceRao: bigint;
  /** What else there is to say, in order: a label and a value. */
  readonly more: readonly (readonly [label: string, value: string])[];
}

export interface PreparedAction extends Prepared {
  readonly effect: Effect;
}

/** `from` is the address of the key that will sign. */
export type From = { from: string } & CallOptions;

const ESTIMATE = 'an estimate: prices move';

/** TAO to another account. `mayEmpty` lets the sender's account end: what is left below the existential deposit is lost. */
export async function prepareTransfer(
  client: ChainClient,
  { to, amountRao, mayEmpty, ...rest }: From & { to: string; amountRao: bigint; mayEmpty?: boolean | undefined },
): Promise<PreparedAction> {
  const ways = transferWays(to, amountRao, mayEmpty);
  return prepareWays(client, rest, ways, { balanceRao: -amountRao, more: [] });
}

/** Everything that can be sent. */
export async function prepareTransferAll(
  client: ChainClient,
  { to, mayEmpty = false, ...rest }: From & { to: string; mayEmpty?: boolean | undefined },
): Promise<PreparedAction> {
  const { freeRao, transferableRao } = await client.accountBalance(rest.from, rest);
  const action = await prepareWays(client, rest, transferAllWays(to, mayEmpty), { balanceRao: 0n, more: [] });
  const most = (mayEmpty ? freeRao : transferableRao) - (action.feeRao ?? 0n);
  const more = [['Amount', 'all that is left after the fee']] as const;
  return { ...action, effect: { balanceRao: most > 0n ? -most : 0n, more } };
}

/** A neuron for the price of now. With `limitRao` it fails, before or on the chain, when the price is higher. */
export async function prepareBurnedRegister(
  client: ChainClient,
  { netuid, hotkey, limitRao, ...rest }: From & { netuid: number; hotkey: string; limitRao?: bigint | undefined },
): Promise<PreparedAction> {
  const costRao = await client.registrationCost(netuid, rest);
  if (limitRao !== undefined && costRao > limitRao) {
    const message = `registering on subnet ${netuid} costs ${formatTao(costRao)} now, more than ${formatTao(limitRao)}`;
    throw chainError('rejected', message, { name: 'RegistrationPriceLimitExceeded', costRao: String(costRao) });
  }
  const more: Effect['more'] = [
    ['Registration', `${formatTao(costRao)} now, which is destroyed; it may be another price in the next block`],
  ];
  return prepareWays(client, rest, registerWays(netuid, hotkey, limitRao), { balanceRao: -costRao, more });
}

/** A neuron for work; `from` is the hotkey. Upstream burns TAO for the same call since spec 425, whatever the work. */
export async function preparePowRegister(
  client: ChainClient,
  { netuid, coldkey, work, ...rest }: From & { netuid: number; coldkey: string; work: Work },
): Promise<PreparedAction> {
  checkPow(client);
  const ways = powRegisterWays(netuid, rest.from, coldkey, work);
  return prepareWays(client, rest, ways, { balanceRao: 0n, more: [['Registration', 'paid with work']] });
}

/** The last spec of which it is known that work counts. */
const LAST_POW_SPEC = 381;

/** Error `unsupported` on public chains that take TAO for `register`, whatever the work. */
export function checkPow({ isLocal, specVersion, chainName }: ChainClient): void {
  if (isLocal || specVersion <= LAST_POW_SPEC) return;
  const what = `${chainName} (spec ${specVersion}) burns TAO for a registration by work; register with burned TAO instead`;
  throw chainError('unsupported', what, { specVersion });
}

/** TAO for work on a chain that has a faucet. */
export function prepareFaucet(client: ChainClient, { work, ...rest }: From & { work: Work }): Promise<PreparedAction> {
  return prepareWays(client, rest, faucetWays(work), { balanceRao: 0n, more: [['Faucet', 'pays for the work']] });
}

/** A new subnet, whose first neuron is the hotkey. */
export async function prepareRegisterNetwork(
  client: ChainClient,
  { hotkey, identity, ...rest }: From & { hotkey: string; identity?: SubnetIdentity | undefined },
): Promise<PreparedAction> {
  const costRao = await client.subnetCreationCost(rest);
  const more: Effect['more'] =
    costRao === undefined
      ? [['Price', 'unknown: this chain does not tell it']]
      : [['Price', `${formatTao(costRao)} now; it may be another in the next block`]];
  return prepareWays(client, rest, registerNetworkWays(hotkey, identity), { balanceRao: -(costRao ?? 0n), more });
}

export function prepareSetSubnetIdentity(
  client: ChainClient,
  { netuid, identity, ...rest }: From & { netuid: number; identity: SubnetIdentity },
): Promise<PreparedAction> {
  return prepareWays(client, rest, subnetIdentityWays(netuid, identity), { balanceRao: 0n, more: [] });
}

/** Opens a new subnet for stake and emission; for its owner. */
export function prepareStartCall(
  client: ChainClient,
  { netuid, ...rest }: From & { netuid: number },
): Promise<PreparedAction> {
  return prepareWays(client, rest, startCallWays(netuid), { balanceRao: 0n, more: [] });
}

/** Signed by the coldkey. With `limit` the price cannot be worse. */
export async function prepareAddStake(
  client: ChainClient,
  { netuid, hotkey, amountRao, limit, ...rest }: From & StakeRequest,
): Promise<PreparedAction> {
  const ways = limit ? addStakeLimitWays(netuid, hotkey, amountRao, limit) : addStakeWays(netuid, hotkey, amountRao);
  const quote = await client.quoteStake(netuid, amountRao, rest);
  const more: Effect['more'] = quote
    ? [
        ['You get', `about ${formatAlpha(quote.alphaRao)} of subnet ${netuid} (${ESTIMATE})`],
        ...priceLines(quote, formatTao),
      ]
    : [];
  return prepareWays(client, rest, ways, { balanceRao: -amountRao, more });
}

/** `amountRao` is of alpha; `all` takes back what there is. */
export async function prepareRemoveStake(
  client: ChainClient,
  { netuid, hotkey, amountRao, limit, ...rest }: From & Omit<StakeRequest, 'amountRao'> & { amountRao: bigint | 'all' },
): Promise<PreparedAction> {
  const amount = amountRao === 'all' ? await stakeOn(client, netuid, hotkey, rest) : checkAmount(amountRao);
  const ways = limit ? removeStakeLimitWays(netuid, hotkey, amount, limit) : removeStakeWays(netuid, hotkey, amount);
  const quote = await client.quoteUnstake(netuid, amount, rest);
  const more: Effect['more'] = quote
    ? [['You get', `about ${formatTao(quote.taoRao)} (${ESTIMATE})`], ...priceLines(quote, formatAlpha)]
    : [['You get', 'unknown: this chain does not tell prices']];
  return prepareWays(client, rest, ways, { balanceRao: quote?.taoRao ?? 0n, more });
}

/** The fee of taking stake back from one subnet or from all, whichever is more; what the chain cannot tell counts 0. */
export async function unstakeFee(
  client: ChainClient,
  { netuid, hotkey, ...rest }: From & { netuid: number; hotkey: string },
): Promise<bigint> {
  const ways = [removeStakeWays(netuid, hotkey, 1n), unstakeAllWays(hotkey)];
  const fees = await Promise.all(
    ways.map(way =>
      client.prepare({ ...rest, ways: way }).then(
        ({ feeRao }) => feeRao ?? 0n,
        error => {
          // A chain may have one of them only.
          if (isBittensorError(error) && error.code === 'unsupported') return 0n;
          throw error;
        },
      ),
    ),
  );
  return fees.reduce((a, b) => (a > b ? a : b));
}

/** All stake of the coldkey on a hotkey, in all subnets. */
export async function prepareUnstakeAll(
  client: ChainClient,
  { hotkey, ...rest }: From & { hotkey: string },
): Promise<PreparedAction> {
  const stakes = (await client.stakesOf(rest.from, rest)).filter(stake => stake.hotkey === hotkey);
  let sumRao = 0n;
  const more: [string, string][] = [];
  for (const { netuid, stakeRao } of stakes) {
    const stake = netuid === undefined ? formatTao(stakeRao) : formatAlpha(stakeRao);
    const taoRao = netuid === undefined ? stakeRao : (await client.quoteUnstake(netuid, stakeRao, rest))?.taoRao;
    sumRao += taoRao ?? 0n;
    const brings = taoRao === undefined ? 'unknown' : `about ${formatTao(taoRao)}`;
    more.push([netuid === undefined ? 'Stake' : `Subnet ${netuid}`, `${stake} brings ${brings}`]);
  }
  if (stakes.length === 0) throw noStake(hotkey, rest.from);
  return prepareWays(client, rest, unstakeAllWays(hotkey), { balanceRao: sumRao, more });
}

/** `versionKey` is what the subnet asks for by default. */
export type WeightRequest = From & Omit<WeightRow, 'versionKey'> & { versionKey?: bigint | undefined };

/** Signed by the hotkey. Error `rejected` where the subnet wants weights committed first. */
export async function prepareSetWeights(
  client: ChainClient,
  { netuid, uids, weightsU16, versionKey, ...rest }: WeightRequest,
): Promise<PreparedAction> {
  checkWeights(uids, weightsU16);
  const { commitRevealEnabled, weightsVersionKey } = await client.hyperparameters(netuid, rest);
  if (commitRevealEnabled) {
    const what = `subnet ${netuid} does not take weights directly: they are committed first and revealed later`;
    throw chainError('rejected', what, { name: 'CommitRevealEnabled', netuid });
  }
  const ways = weightWays({ netuid, uids, weightsU16, versionKey: versionKey ?? weightsVersionKey });
  return prepareWays(client, rest, ways, { balanceRao: 0n, more: [['Replaces', "the neuron's weights of before"]] });
}

/** Signed by the hotkey. */
export function prepareServeAxon(client: ChainClient, { from, signal, timeoutMs, ...axon }: From & Axon) {
  const rest = { from, ...(signal ? { signal } : {}), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  return prepareWays(client, rest, serveAxonWays(axon), { balanceRao: 0n, more: [] });
}

interface StakeRequest {
  netuid: number;
  hotkey: string;
  /** Rao of TAO. */
  amountRao: bigint;
  limit?: PriceLimit | undefined;
}

/** An action by whichever of these calls the chain has. */
export async function prepareWays(
  client: ChainClient,
  rest: From,
  ways: readonly Way[],
  effect: Effect,
): Promise<PreparedAction> {
  return { ...(await client.prepare({ ...rest, ways })), effect };
}

async function stakeOn(client: ChainClient, netuid: number, hotkey: string, rest: From): Promise<bigint> {
  checkAddress(hotkey);
  const isThere = (own: number | undefined) => own === undefined || own === netuid;
  const stake = (await client.stakesOf(rest.from, rest)).find(one => one.hotkey === hotkey && isThere(one.netuid));
  if (!stake) throw noStake(hotkey, rest.from);
  return stake.stakeRao;
}

function noStake(hotkey: string, coldkey: string) {
  const what = `${coldkey} has no stake on ${hotkey} to take back`;
  return chainError('rejected', what, { name: 'NotEnoughStakeToWithdraw', hotkey, coldkey });
}

/** `format`: of what is given, in which the pool takes its fee. */
function priceLines({ taoRao, alphaRao, feeRao }: Quote, format: (rao: bigint) => string): [string, string][] {
  const price =
    alphaRao > 0n
      ? [['Price', `${formatCoins((taoRao * RAO_PER_TAO) / alphaRao)} TAO for one alpha`] as [string, string]]
      : [];
  return feeRao > 0n ? [...price, ['Fee of the pool', format(feeRao)]] : price;
}
