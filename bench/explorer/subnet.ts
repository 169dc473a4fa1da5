import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil, silentLog } from '../../src/base/index.js';
import { type ChainClient, connect, type Localnet, startLocalnet } from '../../src/chain/index.js';
import { type Keypair, keypairFromUri, ready } from '../../src/wallet/index.js';

const TAO = 1_000_000_000n;
const NETUID = 1;

export interface Subnet extends AsyncDisposable {
  readonly net: Localnet;
  readonly client: ChainClient;
  /** By uid: the validators first. */
  readonly hotkeys: readonly Keypair[];
}

/**
 * A local chain whose subnet 1 has validators and miners. The validators have weighed the first `weighed` miners, each
 * less than the one before.
 */
export async function startSubnet(
  validators: number,
  weighed: number,
  miners: number,
  blockTimeMs = 100,
): Promise<Subnet> {
  await ready();
  const dataFolder = mkdtempSync(join(tmpdir(), 'subnet-'));
  const net = await startLocalnet({ port: 0, dataFolder, blockTime: blockTimeMs, detached: false });
  const client = await connect({ endpoints: [net.url], log: silentLog });
  const hotkeys: Keypair[] = [];
  for (let uid = 0; uid < validators + miners; uid++) {
    const [coldkey, hotkey] = [keypairFromUri(`//cold${uid}`), keypairFromUri(`//hot${uid}`)];
    await client.devFund({ address: coldkey.address, amountRao: 3_000n * TAO });
    await client.devFund({ address: hotkey.address, amountRao: TAO });
    await client.burnedRegister({ netuid: NETUID, hotkey: hotkey.address, signer: coldkey });
    const stakeTao = uid < validators ? 2_000 - 300 * uid : 10;
    const amountRao = BigInt(stakeTao) * TAO;
    await client.addStake({ netuid: NETUID, hotkey: hotkey.address, amountRao, signer: coldkey });
    if (uid >= validators)
      await client.serveAxon({ netuid: NETUID, ip: '127.0.0.1', port: 8000 + uid, signer: hotkey });
    hotkeys.push(hotkey);
  }
  const subnet = { net, client, hotkeys };
  await pollUntil(
    'permits',
    { withinMs: 30_000, everyMs: 100 },
    async () =>
      (await client.metagraph(NETUID)).neurons.slice(0, validators).every(neuron => neuron.validatorPermit) ||
      undefined,
  );
  for (let uid = 0; uid < validators; uid++) await weigh(subnet, uid, validators, weighed);
  return {
    ...subnet,
    async [Symbol.asyncDispose]() {
      await client.close();
      await net.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Validators agree but for a tenth. `from` weighs so many miners. */
export async function weigh(
  { client, hotkeys }: Pick<Subnet, 'client' | 'hotkeys'>,
  from: number,
  validators: number,
  miners: number,
): Promise<void> {
  const uids = Array.from({ length: miners }, (_, i) => validators + i);
  const weightsU16 = uids.map((uid, i) => Math.round((60_000 - 3_000 * ((from + uid) % 3)) / 1.5 ** i));
  await client.setWeights({ netuid: NETUID, uids, weightsU16, signer: hotkeys[from]! });
}
