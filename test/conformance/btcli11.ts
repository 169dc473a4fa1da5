import { join } from 'node:path';
import { formatIp } from '../../src/chain/index.js';
import { lastJson, raoOf, runCommand, taoOf } from './command.js';
import type { NeuronLine, OfficialClient, StakeMove, SubnetLine } from './official-client.js';
import { clientFolder, type Stage } from './stage.js';

/** A metagraph as it prints it: a list for each column, by uid. */
interface Columns {
  hotkeys: string[];
  coldkeys: string[];
  total_stake: number[];
  active: boolean[];
  validator_permit: boolean[];
  last_update: number[];
  incentives: number[];
  dividends: number[];
  axons: { ip: number; port: number }[];
}

const COLUMNS = '1000000';
const RAO = 1_000_000_000n;

/** The command line that comes with bittensor 11. */
export class Btcli11 implements OfficialClient {
  private constructor(
    private readonly program: string,
    private readonly stage: Stage,
  ) {}

  static async open(stage: Stage): Promise<Btcli11> {
    return new Btcli11(join(await clientFolder('bittensor-11.3.0'), 'bin', 'btcli'), stage);
  }

  private async json<T = unknown>(...args: string[]): Promise<T> {
    // Nothing but the chain that is asked for.
    const network = ['-n', this.stage.engine.url, '--fallback-endpoints', 'none', '--archive-endpoints', 'none'];
    const env = this.stage.environment({ COLUMNS, PYTHONDONTWRITEBYTECODE: '1' });
    const all = [...args, ...network, '--json'];
    const { code, stdout, stderr } = await runCommand(this.program, all, env, this.stage.home);
    const said = lastJson<T & { success?: boolean }>(stdout);
    if (code !== 0 || said === undefined || said.success === false) {
      throw new Error(`btcli ${args.join(' ')}: ${code}\n${stdout}${stderr}`);
    }
    return said;
  }

  /** A command that changes something. */
  private change<T>(wallet: string, ...args: string[]): Promise<T> {
    return this.json<T>(...args, '-w', wallet, '-H', 'default', '-y');
  }

  async createWallet(name: string): Promise<{ coldkey: string; hotkey: string }> {
    const { coldkey_ss58: coldkey } = await this.json<{ coldkey_ss58: string }>(
      ...['wallet', 'create', '--no-password', '-w', name, '-H', 'default'],
    );
    return { coldkey, hotkey: await this.hotkeyOf(name) };
  }

  private async hotkeyOf(name: string): Promise<string> {
    const { hotkey_ss58 } = await this.json<{ hotkey_ss58: string }>('wallet', 'show', '-w', name, '-H', 'default');
    return hotkey_ss58;
  }

  async balance(address: string): Promise<bigint> {
    const { free_tao: free } = await this.json<{ free_tao: number }>('wallet', 'balance', address);
    return raoOf(free);
  }

  async transfer({ wallet, to, amount }: { wallet: string; to: string; amount: bigint }): Promise<void> {
    await this.change(wallet, 'wallet', 'transfer', '--dest', to, '--amount', taoOf(amount));
  }

  subnets(): Promise<SubnetLine[]> {
    return this.json<SubnetLine[]>('subnets', 'list');
  }

  async subnet(netuid: number): Promise<{ tempo: number; owner?: string }> {
    const { tempo, owner_coldkey: owner } = await this.json<{ tempo: number; owner_coldkey: string }>(
      ...['subnets', 'show', String(netuid)],
    );
    return { tempo, owner };
  }

  hyperparameters(netuid: number): Promise<Record<string, unknown>> {
    return this.json('subnets', 'hyperparameters', String(netuid));
  }

  async metagraph(netuid: number): Promise<NeuronLine[]> {
    const columns = await this.json<Columns>('subnets', 'metagraph', String(netuid));
    return columns.hotkeys.map((hotkey, uid) => {
      const { ip, port } = columns.axons[uid]!;
      return {
        uid,
        hotkey,
        coldkey: columns.coldkeys[uid]!,
        stake: BigInt(columns.total_stake[uid]!),
        active: columns.active[uid]!,
        permit: columns.validator_permit[uid]!,
        lastUpdate: columns.last_update[uid]!,
        incentive: columns.incentives[uid]! / 65_535,
        dividends: columns.dividends[uid]! / 65_535,
        axon: port === 0 ? null : `${formatIp({ value: BigInt(ip), type: 4 })}:${port}`,
      };
    });
  }

  async createSubnet(wallet: string): Promise<number> {
    const { data } = await this.change<{ data: { netuid: number } }>(wallet, 'subnets', 'create');
    return data.netuid;
  }

  async startCall(wallet: string, netuid: number): Promise<void> {
    await this.change(wallet, 'tx', 'start-call', '--netuid', String(netuid));
  }

  /** As a raw call: its own command encrypts the transaction, for a pallet that the local chain does not have. */
  async register(wallet: string, netuid: number): Promise<number> {
    const hotkey = await this.hotkeyOf(wallet);
    const args = JSON.stringify({ netuid, hotkey, limit_price: Number(10n * RAO) });
    await this.change(wallet, 'call', 'SubtensorModule.register_limit', '--args', args, '--no-mev-shield');
    return this.json<number>('query', 'uid', '--netuid', String(netuid), '--hotkey', hotkey);
  }

  async serveAxon({ wallet, netuid, ip, port }: { wallet: string; netuid: number; ip: string; port: number }) {
    await this.change(wallet, 'tx', 'serve-axon', '--netuid', String(netuid), '--ip', ip, '--port', String(port));
  }

  async addStake(move: StakeMove): Promise<void> {
    await this.change(move.wallet, 'stake', 'add', ...stakeFlags(move));
  }

  async removeStake(move: StakeMove): Promise<void> {
    await this.change(move.wallet, 'stake', 'remove', ...stakeFlags(move));
  }

  async moveStake(args: { wallet: string; hotkey: string; netuid: number; to: string; amount: bigint }): Promise<void> {
    const { wallet, hotkey, netuid, to, amount } = args;
    const what = [
      '--origin-hotkey',
      hotkey,
      '--dest-hotkey',
      to,
      '--netuid',
      String(netuid),
      '--amount',
      taoOf(amount),
    ];
    await this.change(wallet, 'stake', 'move', ...what, '--no-mev-shield');
  }

  async stakes({ coldkey }: { coldkey: string }): Promise<{ hotkey: string; netuid: number; stake: bigint }[]> {
    const lines = await this.json<{ hotkey: string; netuid: number; stake: string }[]>(
      ...['query', 'stake-for-coldkey', '--coldkey', coldkey],
    );
    return lines.map(({ hotkey, netuid, stake }) => ({ hotkey, netuid, stake: raoOfText(stake) }));
  }

  async setWeights(args: { wallet: string; netuid: number; uids: number[]; weights: number[] }): Promise<void> {
    const { wallet, netuid, uids, weights } = args;
    const what = ['--netuid', String(netuid), '--uids', uids.join(','), '--weights', weights.join(',')];
    await this.change(wallet, 'tx', 'set-weights', ...what);
  }

  weights(netuid: number): Promise<Record<string, Record<string, number>>> {
    return this.json('query', 'weights', '--netuid', String(netuid));
  }

  async setChildren(args: { wallet: string; netuid: number; share: number; child: string }): Promise<void> {
    const children = JSON.stringify([[args.share, args.child]]);
    await this.change(args.wallet, 'tx', 'set-children', '--netuid', String(args.netuid), '--children', children);
  }

  async setTake(wallet: string, take: number): Promise<void> {
    await this.change(wallet, 'tx', 'set-take', '--take', String(take));
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function stakeFlags({ hotkey, netuid, amount, limit }: StakeMove): string[] {
  const price = limit ? '--slippage-protection' : '--no-slippage-protection';
  return ['--hotkey', hotkey, '--netuid', String(netuid), '--amount', taoOf(amount), price, '--no-mev-shield'];
}

/** `1,234.5𝜏` in rao. */
function raoOfText(text: string): bigint {
  const match = /^([\d,]+)\.(\d{9})/.exec(text.replace(/^τ/u, ''));
  if (!match) throw new Error(`no amount: ${text}`);
  return BigInt(match[1]!.replaceAll(',', '')) * RAO + BigInt(match[2]!);
}
