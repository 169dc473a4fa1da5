import type { Log } from '../base/index.js';
import type { ChainClient } from '../chain/index.js';
import type { Signer } from '../wallet/index.js';
import { NeuronError } from './errors.js';

const TAO = 1_000_000_000n;
/** What a new neuron of a local chain is given, and what it stakes on itself so that its weights count. */
const LOCAL_COLDKEY_RAO = 1_000n * TAO;
const LOCAL_HOTKEY_RAO = TAO;
const LOCAL_STAKE_RAO = 100n * TAO;

export interface Membership {
  client: ChainClient;
  netuid: number;
  hotkey: Signer;
  /** Given on a local chain only: elsewhere a neuron never spends by itself. */
  coldkey: Signer | undefined;
  /** The address to announce. */
  axon: { ip: string; port: number };
  log: Log;
  signal: AbortSignal;
}

/**
 * Makes this neuron a serving member of its subnet: funded, registered and staked (local chain only), axon announced.
 * Every part that is already in place is left as it is. Returns the uid.
 * Errors: `not_registered` on a real network where the hotkey has no uid yet.
 */
export async function joinSubnet(member: Membership): Promise<number> {
  const { client, netuid, hotkey, coldkey, log, signal } = member;
  let uid = await client.uidOf(netuid, hotkey.address);
  if (uid === undefined) {
    if (!coldkey) {
      throw new NeuronError(
        'not_registered',
        `hotkey ${hotkey.address} is not registered on subnet ${netuid} of ${client.chainName}; register it first (a neuron spends nothing by itself outside a local chain)`,
        { data: { hotkey: hotkey.address, netuid } },
      );
    }
    uid = await registerLocally(member, coldkey);
  } else {
    log.info(`Registered on subnet ${netuid} as uid ${uid} (hotkey ${hotkey.address})`);
  }
  if (coldkey) await stakeLocally(member, coldkey);
  await announce(member, uid);
  signal.throwIfAborted();
  return uid;
}

async function registerLocally({ client, netuid, hotkey, log, signal }: Membership, coldkey: Signer): Promise<number> {
  await fund(client, coldkey.address, LOCAL_COLDKEY_RAO);
  await fund(client, hotkey.address, LOCAL_HOTKEY_RAO);
  log.info(`Funded coldkey ${coldkey.address} from the development account`);
  const { blockNumber } = await client.burnedRegister({ netuid, hotkey: hotkey.address, signer: coldkey, signal });
  const uid = await client.uidOf(netuid, hotkey.address);
  if (uid === undefined)
    throw new NeuronError(
      'not_registered',
      `registration was included in block ${blockNumber}, but the chain names no uid`,
    );
  log.info(`Registered on subnet ${netuid} as uid ${uid} in block ${blockNumber} (hotkey ${hotkey.address})`);
  return uid;
}

async function fund(client: ChainClient, address: string, amountRao: bigint): Promise<void> {
  if ((await client.balanceRao(address)) < amountRao / 2n) await client.devFund({ address, amountRao });
}

async function stakeLocally({ client, netuid, hotkey, log, signal }: Membership, coldkey: Signer): Promise<void> {
  const self = (await client.metagraph(netuid)).byHotkey(hotkey.address);
  if (self && self.stakeRao >= LOCAL_STAKE_RAO) return;
  await fund(client, coldkey.address, LOCAL_COLDKEY_RAO);
  const { blockNumber } = await client.addStake({
    netuid,
    hotkey: hotkey.address,
    amountRao: LOCAL_STAKE_RAO,
    signer: coldkey,
    signal,
  });
  log.info(`Staked ${LOCAL_STAKE_RAO / TAO} TAO on itself in block ${blockNumber}`);
}

async function announce({ client, netuid, hotkey, axon, log, signal }: Membership, uid: number): Promise<void> {
  const known = (await client.metagraph(netuid)).byHotkey(hotkey.address)?.axon;
  if (known?.ip === axon.ip && known.port === axon.port) {
    log.info(`Axon ${axon.ip}:${axon.port} is already published`);
    return;
  }
  const { blockNumber } = await client.serveAxon({ netuid, ip: axon.ip, port: axon.port, signer: hotkey, signal });
  log.info(`Axon ${axon.ip}:${axon.port} of uid ${uid} published by serve_axon in block ${blockNumber}`);
}
