import { ApiPromise, WsProvider } from '@polkadot/api';
import type { SubmittableExtrinsic } from '@polkadot/api/types';
import { Keyring } from '@polkadot/keyring';
import type { KeyringPair } from '@polkadot/keyring/types';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { withDeadline } from '../../src/base/index.js';
import { formatIp, parseIp, toU16Weights } from '../../src/chain/index.js';
import { openWallet } from '../../src/wallet/index.js';
import type { NeuronLine, OfficialClient, StakeMove, SubnetLine } from './official-client.js';
import type { Stage } from './stage.js';

const SEND_MS = 60_000;
/** A price limit that never stops a purchase, and one that never stops a sale, in rao for one alpha. */
const ANY_PRICE = { buy: 10_000_000_000n, sell: 0n };

interface Axon {
  ip: number;
  port: number;
}

interface Info {
  uid: number;
  hotkey: string;
  coldkey: string;
  stake: [string, number | string][];
  active: boolean;
  validatorPermit: boolean;
  lastUpdate: number;
  incentive: number;
  dividends: number;
  axonInfo: Axon;
}

/** `@polkadot/api` without any type or setting of this chain: all it knows is the metadata. */
export class PolkadotClient implements OfficialClient {
  private readonly pairs = new Map<string, { coldkey: KeyringPair; hotkey: KeyringPair }>();

  private constructor(
    private readonly stage: Stage,
    private readonly api: ApiPromise,
  ) {}

  static async open(stage: Stage): Promise<PolkadotClient> {
    await cryptoWaitReady();
    const provider = new WsProvider(stage.engine.url);
    return new PolkadotClient(stage, await ApiPromise.create({ provider: provider as never, noInitWarn: true }));
  }

  private async send(call: string, args: unknown[], pair: KeyringPair): Promise<void> {
    const [pallet, name] = call.split('.') as [string, string];
    const tx = this.api.tx[pallet]![name]!(...args) as SubmittableExtrinsic<'promise'>;
    const done = new Promise<void>((resolve, reject) => {
      tx.signAndSend(pair, ({ status, dispatchError }) => {
        if (dispatchError?.isModule) {
          reject(new Error(`${call}: ${this.api.registry.findMetaError(dispatchError.asModule).name}`));
        } else if (dispatchError) reject(new Error(`${call}: ${dispatchError.toString()}`));
        else if (status.isInBlock || status.isFinalized) resolve();
        else if (status.isInvalid || status.isDropped || status.isUsurped) reject(new Error(`${call}: ${status.type}`));
      }).catch(reject);
    });
    await withDeadline(done, SEND_MS, call);
  }

  private async ask<T>(api: string, method: string, ...args: unknown[]): Promise<T> {
    return (await this.api.call[api]![method]!(...args)).toPrimitive() as T;
  }

  private async read<T>(pallet: string, item: string, ...keys: unknown[]): Promise<T> {
    return (await this.api.query[pallet]![item]!(...keys)).toPrimitive() as T;
  }

  /** Our wallet makes the words, and `@polkadot/keyring` the keys. */
  async createWallet(name: string): Promise<{ coldkey: string; hotkey: string }> {
    const wallet = openWallet({ name, path: `${this.stage.home}/.bittensor/wallets` });
    const keyring = new Keyring({ type: 'sr25519' });
    const coldkey = keyring.addFromUri((await wallet.createColdkey()).exportSecrets().mnemonic!);
    const hotkey = keyring.addFromUri((await wallet.createHotkey('default')).exportSecrets().mnemonic!);
    this.pairs.set(name, { coldkey, hotkey });
    return { coldkey: coldkey.address, hotkey: hotkey.address };
  }

  private coldkey = (name: string) => this.pairs.get(name)!.coldkey;
  private hotkey = (name: string) => this.pairs.get(name)!.hotkey;

  async balance(address: string): Promise<bigint> {
    const { data } = await this.read<{ data: { free: number | string } }>('system', 'account', address);
    return BigInt(data.free);
  }

  transfer({ wallet, to, amount }: { wallet: string; to: string; amount: bigint }): Promise<void> {
    return this.send('balances.transferKeepAlive', [to, amount], this.coldkey(wallet));
  }

  async subnets(): Promise<SubnetLine[]> {
    type Line = { netuid: number; tempo: number; ownerColdkey: string } | null;
    const all = await this.ask<Line[]>('subnetInfoRuntimeApi', 'getAllDynamicInfo');
    return all.flatMap(line => (line ? [{ netuid: line.netuid, tempo: line.tempo, owner: line.ownerColdkey }] : []));
  }

  async subnet(netuid: number): Promise<{ tempo: number; owner?: string }> {
    type One = { tempo: number; ownerColdkey: string };
    const { tempo, ownerColdkey } = await this.ask<One>('subnetInfoRuntimeApi', 'getDynamicInfo', netuid);
    return { tempo, owner: ownerColdkey };
  }

  async hyperparameters(netuid: number): Promise<Record<string, unknown>> {
    type Line = { name: string; value: Record<string, unknown> };
    const lines = await this.ask<Line[]>('subnetInfoRuntimeApi', 'getSubnetHyperparamsV3', netuid);
    return Object.fromEntries(lines.map(({ name, value }) => [textOf(name), Object.values(value)[0]]));
  }

  async metagraph(netuid: number): Promise<NeuronLine[]> {
    const neurons = await this.ask<Info[]>('neuronInfoRuntimeApi', 'getNeuronsLite', netuid);
    return neurons.map(({ uid, hotkey, coldkey, stake, active, validatorPermit, lastUpdate, ...rest }) => ({
      ...{ uid, hotkey, coldkey, active, permit: validatorPermit, lastUpdate },
      stake: stake.reduce((sum, [, rao]) => sum + BigInt(rao), 0n),
      incentive: rest.incentive / 65_535,
      dividends: rest.dividends / 65_535,
      axon: axonOf(rest.axonInfo),
    }));
  }

  async createSubnet(wallet: string): Promise<number> {
    await this.send('subtensorModule.registerNetwork', [this.hotkey(wallet).address], this.coldkey(wallet));
    const owners = await this.api.query.subtensorModule!.subnetOwner!.entries();
    const own = owners.filter(([, owner]) => owner.toString() === this.coldkey(wallet).address);
    return Math.max(...own.map(([key]) => Number(String(key.args[0]))));
  }

  startCall(wallet: string, netuid: number): Promise<void> {
    return this.send('subtensorModule.startCall', [netuid], this.coldkey(wallet));
  }

  async register(wallet: string, netuid: number): Promise<number> {
    const hotkey = this.hotkey(wallet).address;
    await this.send('subtensorModule.burnedRegister', [netuid, hotkey], this.coldkey(wallet));
    return this.read<number>('subtensorModule', 'uids', netuid, hotkey);
  }

  serveAxon({ wallet, netuid, ip, port }: { wallet: string; netuid: number; ip: string; port: number }): Promise<void> {
    const { value, type } = parseIp(ip);
    return this.send('subtensorModule.serveAxon', [netuid, 1, value, port, type, 4, 0, 0], this.hotkey(wallet));
  }

  addStake({ wallet, hotkey, netuid, amount, limit }: StakeMove): Promise<void> {
    return limit
      ? this.send('subtensorModule.addStakeLimit', [hotkey, netuid, amount, ANY_PRICE.buy, false], this.coldkey(wallet))
      : this.send('subtensorModule.addStake', [hotkey, netuid, amount], this.coldkey(wallet));
  }

  removeStake({ wallet, hotkey, netuid, amount, limit }: StakeMove): Promise<void> {
    return limit
      ? this.send(
          'subtensorModule.removeStakeLimit',
          [hotkey, netuid, amount, ANY_PRICE.sell, false],
          this.coldkey(wallet),
        )
      : this.send('subtensorModule.removeStake', [hotkey, netuid, amount], this.coldkey(wallet));
  }

  moveStake(args: { wallet: string; hotkey: string; netuid: number; to: string; amount: bigint }): Promise<void> {
    const { wallet, hotkey, netuid, to, amount } = args;
    return this.send('subtensorModule.moveStake', [hotkey, to, netuid, netuid, amount], this.coldkey(wallet));
  }

  async stakes({ coldkey }: { coldkey: string }): Promise<{ hotkey: string; netuid: number; stake: bigint }[]> {
    type Line = { hotkey: string; netuid: number; stake: number | string };
    const lines = await this.ask<Line[]>('stakeInfoRuntimeApi', 'getStakeInfoForColdkey', coldkey);
    return lines.map(({ hotkey, netuid, stake }) => ({ hotkey, netuid, stake: BigInt(stake) }));
  }

  setWeights(args: { wallet: string; netuid: number; uids: number[]; weights: number[] }): Promise<void> {
    const values = toU16Weights(args.weights);
    return this.send('subtensorModule.setWeights', [args.netuid, args.uids, values, 0], this.hotkey(args.wallet));
  }

  async weights(netuid: number): Promise<Record<string, Record<string, number>>> {
    const rows = await this.api.query.subtensorModule!.weights!.entries(netuid);
    return Object.fromEntries(
      rows.map(([key, row]) => {
        const pairs = row.toPrimitive() as [number, number][];
        const sum = pairs.reduce((total, [, weight]) => total + weight, 0);
        return [String(key.args[1]), Object.fromEntries(pairs.map(([uid, weight]) => [uid, weight / sum]))];
      }),
    );
  }

  setChildren(args: { wallet: string; netuid: number; share: number; child: string }): Promise<void> {
    const children = [[BigInt(args.share * 2 ** 64), args.child]];
    const parent = this.hotkey(args.wallet).address;
    return this.send('subtensorModule.setChildren', [parent, args.netuid, children], this.coldkey(args.wallet));
  }

  setTake(wallet: string, take: number): Promise<void> {
    const args = [this.hotkey(wallet).address, Math.round(take * 65_535)];
    return this.send('subtensorModule.decreaseTake', args, this.coldkey(wallet));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api.disconnect();
  }
}

function axonOf({ ip, port }: Axon): string | null {
  return port === 0 ? null : `${formatIp({ value: BigInt(ip), type: 4 })}:${port}`;
}

/** Bytes show as text when they are printable, and as hex when they are not. */
function textOf(bytes: string): string {
  return bytes.startsWith('0x') ? Buffer.from(bytes.slice(2), 'hex').toString() : bytes;
}
