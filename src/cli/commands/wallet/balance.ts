import { formatCoins } from '../../../base/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { checkAddress } from '../../secrets/keys.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import type { Ui } from '../../terminal/ui.js';
import { withChain } from '../../transaction/network.js';
import { type Account, coldkeysIn, readBalances, sumOf } from './balances.js';
import type { balanceRows } from './settings.js';

type BalanceAction = Action<typeof balanceRows>;

/** What accounts have: free, and staked at the prices of now. */
export const balance: BalanceAction = async ({ settings, ui, signal }) => {
  const accounts = accountsOf(settings, ui);
  return await withChain({ settings, ui, signal }, async ({ client, name }) => {
    const balances = await ui.busy('reading balances', readBalances(client, accounts, signal));
    const freeRao = balances.reduce((sum, entry) => sum + entry.freeRao, 0n);
    const stakedRao = sumOf(balances.map(entry => entry.stakedRao));
    const totalRao = stakedRao === null ? null : freeRao + stakedRao;
    return {
      json: { network: name, accounts: balances, freeRao, stakedRao, totalRao },
      show: shown => {
        const amounts = [freeRao, stakedRao, totalRao];
        const rows = balances.map(entry => [
          entry.wallet ?? '-',
          entry.address,
          ...[entry.freeRao, entry.stakedRao, entry.totalRao].map(orDash),
        ]);
        shown.table(COLUMNS, rows.length > 1 ? [...rows, ['total', '', ...amounts.map(orDash)]] : rows);
      },
    };
  });
};

const COLUMNS = [
  'WALLET',
  { title: 'COLDKEY', whole: true },
  ...['FREE(τ)', 'STAKED(τ)', 'TOTAL(τ)'].map(title => ({ title, align: 'right' as const })),
];

function accountsOf(settings: Parameters<BalanceAction>[0]['settings'], ui: Ui): Account[] {
  const { all, address, wallet_name: name, wallet_path: path } = settings;
  if (all && address !== undefined) throw cliError('usage', '--all and --address exclude each other');
  if (address !== undefined) return [{ wallet: null, address: checkAddress(address, '--address') }];
  return all ? coldkeysIn(path, ui) : [{ wallet: name, address: namedWallet(settings).coldkeyAddress() }];
}

function orDash(rao: bigint | null): string {
  return rao === null ? '-' : formatCoins(rao);
}
