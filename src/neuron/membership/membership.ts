import { type Log, RAO_PER_TAO } from '../../base/index.js';
import type { ChainClient } from '../../chain/index.js';
import type { Signer } from '../../wallet/index.js';
import { NeuronError } from '../errors.js';
import type { AxonAddress } from '../public-address.js';

/** What a neuron of a local chain stakes on itself at least, so that its weights count ... */
const LEAST_STAKE_RAO = 100n * RAO_PER_TAO;
/** ... and at most, when the others have earned much before it came. */
const MOST_STAKE_RAO = 50_000n * RAO_PER_TAO;
/** A newcomer is heard with this share of all stake: twice what the local subnet's kappa asks for. */
const STAKE_SHARE = 10n;
/** Pays the registration and fees. */
const SPARE_RAO = 10n * RAO_PER_TAO;

export interface Membership {
  client: ChainClient;
  netuid: number;
  hotkey: Signer;
  /** Given on a local chain only: elsewhere a neuron never spends by itself. */
  coldkey: Signer | undefined;
  /** False: a member like any other, without a say. By default it stakes on itself, on a local chain. */
  stakes?: boolean;
  /** The address to announce; none: this member serves nobody. */
  axon: AxonAddress | undefined;
  log: Log;
  signal: AbortSignal;
  /** Registers the hotkey on a chain that is not local; without it a hotkey without a uid is an error. */
  register?: (() => Promise<void>) | undefined;
  /** Called before the address is published. */
  beforeServing?: (() => Promise<void>) | undefined;
  /** How long each transaction may wait for its block; default that of the chain's client. */
  timeoutMs?: number | undefined;
}

/**
 * Makes this neuron a serving member of its subnet: funded, registered and staked (local chain only), axon announced.
 * Every part that is already in place is left as it is. Returns the uid.
 * Errors: `not_registered` on a real network where the hotkey has no uid yet.
 */
export async function joinSubnet(member: Membership): Promise<number> {
  const { client, netuid, hotkey, coldkey, log, signal } = member;
  let uid = await client.uidOf(netuid, hotkey.address, { signal });
  if (uid === undefined && !coldkey && member.register) {
    await member.register();
    uid = await client.uidOf(netuid, hotkey.address, { signal });
  }
  if (uid === undefined) {
    if (!coldkey) {
      throw new NeuronError(
        'not_registered',
        `hotkey ${hotkey.address} is not registered on subnet ${netuid} of ${client.chainName}; register it first, or give --register and --max-cost (a neuron spends nothing by itself outside a local chain)`,
        { data: { hotkey: hotkey.address, netuid } },
      );
    }
    uid = await registerLocally(member, coldkey);
  } else {
    log.info(`Registered on subnet ${netuid} as uid ${uid} (hotkey ${hotkey.address})`);
  }
  if (coldkey && member.stakes !== false) await stakeLocally(member, coldkey);
  if (member.axon) await announce(member, member.axon, uid);
  signal.throwIfAborted();
  return uid;
}

async function registerLocally(member: Membership, coldkey: Signer): Promise<number> {
  const { client, netuid, hotkey, log, signal } = member;
  await fund(member, coldkey.address, (await client.burnRao(netuid, { signal })) + SPARE_RAO);
  const { blockNumber } = await client.burnedRegister({
    netuid,
    hotkey: hotkey.address,
    signer: coldkey,
    ...waiting(member),
  });
  const uid = await client.uidOf(netuid, hotkey.address, { signal });
  if (uid === undefined) {
    throw new NeuronError(
      'not_registered',
      `registration was included in block ${blockNumber}, but the chain names no uid`,
    );
  }
  log.info(`Registered on subnet ${netuid} as uid ${uid} in block ${blockNumber} (hotkey ${hotkey.address})`);
  return uid;
}

/** Stakes up to a share of the subnet's stake that is heard. */
async function stakeLocally(member: Membership, coldkey: Signer): Promise<void> {
  const { client, netuid, hotkey, log, signal } = member;
  const metagraph = await client.metagraph(netuid, { signal });
  const own = metagraph.byHotkey(hotkey.address)?.stakeRao ?? 0n;
  const others = metagraph.neurons.reduce((sum, neuron) => sum + neuron.stakeRao, 0n) - own;
  const share = others / (STAKE_SHARE - 1n);
  const wanted = share < LEAST_STAKE_RAO ? LEAST_STAKE_RAO : share > MOST_STAKE_RAO ? MOST_STAKE_RAO : share;
  if (own >= wanted) return;
  const amountRao = wanted - own;
  await fund(member, coldkey.address, amountRao + RAO_PER_TAO);
  const { blockNumber } = await client.addStake({
    netuid,
    hotkey: hotkey.address,
    amountRao,
    signer: coldkey,
    ...waiting(member),
  });
  log.info(`Staked ${(Number(amountRao) / Number(RAO_PER_TAO)).toFixed(0)} TAO on itself in block ${blockNumber}`);
}

/**
 * Adds what is about to be spent, from the development account. Always the whole of it: neurons that start at once share
 * the coldkey, and what one finds there another is about to spend.
 */
async function fund(member: Membership, address: string, amountRao: bigint): Promise<void> {
  await member.client.devFund({ address, amountRao, ...waiting(member) });
  member.log.info(
    `Funded coldkey ${address} with ${(Number(amountRao) / Number(RAO_PER_TAO)).toFixed(0)} TAO from the development account`,
  );
}

/** Publishes the address, where the chain has another one or none. Gives the block in which it was. */
export async function announce(
  member: Pick<Membership, 'client' | 'netuid' | 'hotkey' | 'log' | 'signal' | 'timeoutMs' | 'beforeServing'>,
  axon: AxonAddress,
  uid: number,
): Promise<number> {
  const { client, netuid, hotkey, log, signal } = member;
  const metagraph = await client.metagraph(netuid, { signal });
  const known = metagraph.byHotkey(hotkey.address)?.axon;
  if (known?.ip === axon.ip && known.port === axon.port) {
    log.info(`Axon ${axon.ip}:${axon.port} is already published`);
    return metagraph.block;
  }
  await member.beforeServing?.();
  const { blockNumber } = await client.serveAxon({
    netuid,
    ip: axon.ip,
    port: axon.port,
    signer: hotkey,
    ...waiting(member),
  });
  log.info(`Axon ${axon.ip}:${axon.port} of uid ${uid} published by serve_axon in block ${blockNumber}`);
  return blockNumber;
}

function waiting({ signal, timeoutMs }: Pick<Membership, 'signal' | 'timeoutMs'>) {
  return { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}
