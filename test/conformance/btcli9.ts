import { join } from 'node:path';
import { lastJson, raoOf, runCommand, taoOf } from './command.js';
import type { NeuronLine, OfficialClient, StakeMove, SubnetLine } from './official-client.js';
import { clientFolder, type Stage } from './stage.js';

/** What `btcli` of bittensor-cli 9 prints with `--json-output`. */
interface Said {
  success?: boolean;
  [key: string]: unknown;
}

/** Up to how many columns a line of JSON is not broken. */
const COLUMNS = '1000000';

/** The command line of bittensor-cli 9. */
export class Btcli9 implements OfficialClient {
  private constructor(
    private readonly program: string,
    private readonly stage: Stage,
  ) {}

  static async open(stage: Stage): Promise<Btcli9> {
    return new Btcli9(join(await clientFolder('bittensor-cli-9.23.2'), 'bin', 'btcli'), stage);
  }

  private async run(args: readonly string[]): Promise<string> {
    const env = this.stage.environment({ COLUMNS, PYTHONDONTWRITEBYTECODE: '1' });
    const { code, stdout, stderr } = await runCommand(this.program, args, env, this.stage.home);
    if (code !== 0) throw new Error(`btcli ${args.join(' ')}: ${code}\n${stdout}${stderr}`);
    return stdout + stderr;
  }

  /** A command that answers with JSON. */
  private async json<T = Said>(...args: string[]): Promise<T> {
    const full = [...args, '--json-output'];
    const text = await this.run(full);
    const said = lastJson<T & Said>(text);
    if (said === undefined || said.success === false) {
      // Without JSON it says why, with JSON it may say nothing.
      const plain = said === undefined && text.trim() === '' ? await this.run(args) : '';
      throw new Error(`btcli ${args.join(' ')}: ${text}${plain}`);
    }
    return said;
  }

  private get network(): string[] {
    return ['--network', this.stage.engine.url];
  }

  private wallet(name: string): string[] {
    return ['--wallet-path', join(this.stage.home, '.bittensor/wallets'), '--wallet-name', name, '--hotkey', 'default'];
  }

  async createWallet(name: string): Promise<{ coldkey: string; hotkey: string }> {
    const { data } = await this.json<{ data: { coldkey_ss58: string; hotkey_ss58: string } }>(
      ...['wallet', 'create', ...this.wallet(name), '--n-words', '12', '--no-use-password'],
    );
    return { coldkey: data.coldkey_ss58, hotkey: data.hotkey_ss58 };
  }

  async balance(address: string): Promise<bigint> {
    const { balances } = await this.json<{ balances: Record<string, { coldkey: string; free: number }> }>(
      ...['wallet', 'balance', ...this.network, '--ss58', address],
    );
    const line = Object.values(balances).find(({ coldkey }) => coldkey === address);
    if (!line) throw new Error(`no balance of ${address} in ${JSON.stringify(balances)}`);
    return raoOf(line.free);
  }

  async transfer({ wallet, to, amount }: { wallet: string; to: string; amount: bigint }): Promise<void> {
    const what = ['--destination', to, '--amount', taoOf(amount)];
    await this.json('wallet', 'transfer', ...this.network, ...this.wallet(wallet), ...what, '--no-prompt');
  }

  async subnets(): Promise<SubnetLine[]> {
    type Line = { netuid: number; tempo: { sn_tempo: number | null } };
    const { subnets } = await this.json<{ subnets: Record<string, Line> }>('subnets', 'list', ...this.network);
    return Object.values(subnets).map(({ netuid, tempo }) => ({
      netuid,
      ...(tempo.sn_tempo === null ? {} : { tempo: tempo.sn_tempo }),
    }));
  }

  private show<T>(netuid: number): Promise<T> {
    return this.json<T>('subnets', 'show', ...this.network, '--netuid', String(netuid), '--no-prompt');
  }

  async subnet(netuid: number): Promise<{ tempo: number; owner?: string }> {
    const { tempo, owner } = await this.show<{ tempo: { tempo: number }; owner: string }>(netuid);
    return { tempo: tempo.tempo, owner };
  }

  async hyperparameters(netuid: number): Promise<Record<string, unknown>> {
    const lines = await this.json<{ hyperparameter: string; value: unknown }[]>(
      ...['subnets', 'hyperparameters', ...this.network, '--netuid', String(netuid)],
    );
    return Object.fromEntries(lines.map(({ hyperparameter, value }) => [hyperparameter, value]));
  }

  async metagraph(netuid: number): Promise<NeuronLine[]> {
    type Line = { uid: number; stake: number; hotkey: string; coldkey: string };
    const { uids } = await this.show<{ uids: Line[] }>(netuid);
    return uids
      .map(({ uid, stake, hotkey, coldkey }) => ({ uid, stake: raoOf(stake), hotkey, coldkey }))
      .sort((a, b) => a.uid - b.uid);
  }

  async createSubnet(wallet: string): Promise<number> {
    const identity = {
      'subnet-name': 'conformance',
      'github-repo': 'https://github.com/example/subnet',
      'subnet-contact': 'someone@example.org',
      'subnet-url': 'https://example.org',
      'discord-handle': 'someone',
      description: 'a subnet',
      'logo-url': 'https://example.org/logo.png',
      'additional-info': 'none',
    };
    const flags = Object.entries(identity).flatMap(([name, value]) => [`--${name}`, value]);
    const { netuid } = await this.json<{ netuid: number }>(
      ...['subnets', 'create', ...this.network, ...this.wallet(wallet), ...flags, '--no-mev-protection', '--no-prompt'],
    );
    return netuid;
  }

  async startCall(wallet: string, netuid: number): Promise<void> {
    const args = [
      'subnets',
      'start',
      ...this.network,
      ...this.wallet(wallet),
      '--netuid',
      String(netuid),
      '--no-prompt',
    ];
    expectWords(await this.run(args), 'Successfully started');
  }

  async register(wallet: string, netuid: number): Promise<number> {
    const { msg } = await this.json<{ msg: string }>(
      ...['subnets', 'register', ...this.network, ...this.wallet(wallet), '--netuid', String(netuid), '--no-prompt'],
    );
    const uid = /UID (\d+)/.exec(msg)?.[1];
    if (uid === undefined) throw new Error(`no uid in ${msg}`);
    return Number(uid);
  }

  async serveAxon({ wallet, netuid, ip, port }: { wallet: string; netuid: number; ip: string; port: number }) {
    const where = ['--netuid', String(netuid), '--ip', ip, '--port', String(port)];
    const args = ['axon', 'set', ...this.network, ...this.wallet(wallet), ...where, '--no-prompt'];
    expectWords(await this.run(args), 'Axon set successfully');
  }

  async addStake({ wallet, hotkey, netuid, amount, limit }: StakeMove): Promise<void> {
    const what = ['--netuid', String(netuid), '--include-hotkeys', hotkey, '--amount', taoOf(amount), ...price(limit)];
    const { staking_success: done, ...rest } = await this.json<{
      staking_success: Record<string, Record<string, boolean>>;
    }>(...['stake', 'add', ...this.network, ...this.wallet(wallet), ...what]);
    if (done[netuid]?.[hotkey] !== true) throw new Error(`stake add: ${JSON.stringify(rest)}`);
  }

  async removeStake({ wallet, hotkey, netuid, amount, limit }: StakeMove): Promise<void> {
    const what = [
      '--netuid',
      String(netuid),
      '--hotkey-ss58-address',
      hotkey,
      '--amount',
      taoOf(amount),
      ...price(limit),
    ];
    const done = await this.json<{ success: boolean }[]>(
      ...['stake', 'remove', ...this.network, ...this.wallet(wallet), ...what],
    );
    if (done.length !== 1 || !done[0]!.success) throw new Error(`stake remove: ${JSON.stringify(done)}`);
  }

  async moveStake(args: { wallet: string; hotkey: string; netuid: number; to: string; amount: bigint }): Promise<void> {
    const { wallet, hotkey, netuid, to, amount } = args;
    const subnets = ['--origin-netuid', String(netuid), '--dest-netuid', String(netuid)];
    const what = ['--from', hotkey, '--to', to, '--amount', taoOf(amount), '--no-mev-protection', '--no-prompt'];
    const keys = this.wallet(wallet).slice(0, 4);
    await this.json('stake', 'move', ...this.network, ...keys, ...subnets, ...what);
  }

  async stakes({ name }: { name: string }): Promise<{ hotkey: string; netuid: number; stake: bigint }[]> {
    const { stake_info: info } = await this.json<{
      stake_info: Record<string, { netuid: number; stake_value: number }[]>;
    }>(...['stake', 'list', ...this.network, ...this.wallet(name), '--no-prompt']);
    return Object.entries(info).flatMap(([hotkey, lines]) =>
      lines.map(line => ({ hotkey, netuid: line.netuid, stake: raoOf(line.stake_value) })),
    );
  }

  setWeights(): Promise<void> {
    throw new Error('this client has no command for it');
  }

  weights(): Promise<Record<string, Record<string, number>>> {
    throw new Error('this client has no command for it');
  }

  async setChildren(args: { wallet: string; netuid: number; share: number; child: string }): Promise<void> {
    const { wallet, netuid, share, child } = args;
    const what = ['--netuid', String(netuid), '--children', child, '--proportions', String(share), '--no-prompt'];
    const done = await this.json<Record<string, { success: boolean }>>(
      ...['stake', 'child', 'set', ...this.network, ...this.wallet(wallet), ...what],
    );
    if (done[netuid]?.success !== true) throw new Error(`stake child set: ${JSON.stringify(done)}`);
  }

  async setTake(wallet: string, take: number): Promise<void> {
    await this.json('sudo', 'set-take', ...this.network, ...this.wallet(wallet), '--take', String(take));
    const { current_take: seen } = await this.json<{ current_take: number }>(
      ...['sudo', 'get-take', ...this.network, ...this.wallet(wallet)],
    );
    if (Math.abs(seen - take) > 1 / 65_535) throw new Error(`it set a take of ${take} and reads ${seen}`);
  }

  async setHyperparameter(wallet: string, netuid: number, name: string, value: string): Promise<void> {
    const what = ['--netuid', String(netuid), '--param', name, '--value', value, '--no-prompt'];
    await this.json('sudo', 'set', ...this.network, ...this.wallet(wallet), ...what);
  }

  async revealWeights(args: { wallet: string; netuid: number; uids: number[]; weights: number[]; salt: number[] }) {
    const lists = { uids: args.uids, weights: args.weights, salt: args.salt };
    const what = Object.entries(lists).flatMap(([name, list]) => [`--${name}`, list.join(',')]);
    const where = ['--netuid', String(args.netuid), '--no-prompt'];
    await this.json('weights', 'reveal', ...this.network, ...this.wallet(args.wallet), ...where, ...what);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** With a price limit of 5 % or none; in the open, without the pallet for encrypted transactions. */
function price(limit: boolean): string[] {
  const safe = limit ? ['--safe', '--tolerance', '0.05', '--no-partial'] : ['--unsafe'];
  return [...safe, '--no-mev-protection', '--no-prompt'];
}

function expectWords(text: string, words: string): void {
  if (!text.includes(words)) throw new Error(`expected ${JSON.stringify(words)} in: ${text}`);
}
