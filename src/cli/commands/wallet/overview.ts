import { formatCoins, formatTao } from '../../../base/index.js';
import type { ChainClient, Overview } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import type { Column } from '../../terminal/table.js';
import type { Ui } from '../../terminal/ui.js';
import { withChain } from '../../transaction/network.js';
import { neuronJson } from '../subnet/neuron-json.js';
import { type Balance, coldkeysIn, readBalances } from './balances.js';
import type { overviewRows } from './settings.js';

type OverviewAction = Action<typeof overviewRows>;
type Neuron = Overview['neurons'][number];

/** A wallet on a chain: its neurons on all subnets, what it has free and staked. */
export const overview: OverviewAction = async ({ settings, ui, signal }) => {
  const { all, wallet_name: name, wallet_path: path } = settings;
  const wallet = (account: string) => namedWallet({ wallet_name: account, wallet_path: path });
  const accounts = all ? coldkeysIn(path, ui) : [{ wallet: name, address: wallet(name).coldkeyAddress() }];
  const hotkeys = accounts.map(account => namedHotkeys(wallet(account.wallet), ui));
  return await withChain({ settings, ui, signal }, async ({ client, name: network }) => {
    const read = async () => ({
      balances: await readBalances(client, accounts, signal),
      neurons: await Promise.all(
        accounts.map(({ address }, i) => neuronsOf(client, address, [...hotkeys[i]!.keys()], signal)),
      ),
    });
    const { balances, neurons } = await ui.busy('reading neurons', read());
    const wallets = accounts.map((_, i) => ({
      ...balances[i]!,
      block: neurons[i]!.block,
      neurons: neurons[i]!.neurons.map(neuron =>
        ownNeuronJson(neuron, neurons[i]!.block, hotkeys[i]!.get(neuron.hotkey)),
      ),
    }));
    return {
      json: { network, wallets },
      show: shown => {
        if (wallets.length === 0) shown.line(`No wallets in ${path}.`);
        wallets.forEach((entry, i) => {
          if (i > 0) shown.line();
          showWallet(shown, entry);
        });
      },
    };
  });
};

/** Of the hotkeys that the chain knows as the coldkey's, and of those in the wallet. */
async function neuronsOf(
  client: ChainClient,
  coldkey: string,
  hotkeys: string[],
  signal: AbortSignal,
): Promise<Overview> {
  const known = await client.overview(coldkey, undefined, { signal });
  const others = hotkeys.filter(hotkey => !known.neurons.some(neuron => neuron.hotkey === hotkey));
  if (others.length === 0) return known;
  const more = await client.overview(coldkey, others, { signal });
  const neurons = [...known.neurons, ...more.neurons].sort((a, b) => a.netuid - b.netuid || a.uid - b.uid);
  return { block: known.block, neurons };
}

/** The names of a wallet's hotkeys by their addresses; one that cannot be read has no neuron to show. */
function namedHotkeys(wallet: ReturnType<typeof namedWallet>, ui: Ui): Map<string, string> {
  const { hotkeys } = wallet.describe();
  for (const { name, address } of hotkeys)
    if (!address) ui.note(`hotkey ${name} of ${wallet.name} is left out: no address`);
  return new Map(hotkeys.flatMap(({ name, address }) => (address === undefined ? [] : [[address, name] as const])));
}

function ownNeuronJson(neuron: Neuron, block: number, name: string | undefined) {
  return { netuid: neuron.netuid, name: name ?? null, ...neuronJson(neuron, block) };
}

type Shown = Balance & { block: number; neurons: ReturnType<typeof ownNeuronJson>[] };

const number = (title: string, spare?: number): Column => ({
  title,
  align: 'right',
  ...(spare === undefined ? {} : { spare }),
});

/** As btcli has them; what a neuron does is left out before what it has. */
const COLUMNS: readonly Column[] = [
  { title: 'HOTKEY' },
  ...[number('NETUID'), number('UID'), number('STAKE'), number('RANK', 10), number('TRUST', 9)],
  ...[number('CONSENSUS', 8), number('INCENTIVE', 4), number('DIVIDENDS', 3), number('EMISSION(ρ)', 2)],
  number('VTRUST', 7),
  { title: 'PERMIT', spare: 6 },
  number('UPDATED', 5),
  { title: 'ACTIVE', spare: 1 },
  { title: 'AXON', spare: 11 },
];

function showWallet(ui: Ui, { wallet, address, freeRao, stakedRao, block, neurons }: Shown): void {
  ui.line(ui.colors.bold(wallet ?? '-'));
  ui.pairs([['coldkey', address]]);
  if (neurons.length === 0) ui.line('No neurons on any subnet.');
  else {
    const share = (value: number) => value.toFixed(5);
    ui.table(
      COLUMNS,
      neurons.map(neuron => [
        neuron.name ?? neuron.hotkey,
        neuron.netuid,
        neuron.uid,
        formatCoins(neuron.stakeRao),
        share(neuron.rank),
        share(neuron.trust),
        share(neuron.consensus),
        share(neuron.incentive),
        share(neuron.dividends),
        neuron.emissionRao,
        share(neuron.validatorTrust),
        neuron.validatorPermit ? '*' : '',
        neuron.blocksSinceUpdate,
        neuron.active ? 'yes' : 'no',
        neuron.axon ?? 'none',
      ]),
    );
  }
  ui.pairs([
    ['free', formatTao(freeRao)],
    ['staked', stakedRao === null ? 'the chain tells no prices' : `${formatTao(stakedRao)} at the price of now`],
    ['block', block],
  ]);
}
