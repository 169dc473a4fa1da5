import { BittensorError, formatTao, isBittensorError } from '../../../base/index.js';
import { type LocalChain, openLocalChain } from '../../../chain/index.js';
import type { Action } from '../../frame/command.js';
import { checkAddress } from '../../secrets/keys.js';
import { namedWallet } from '../../secrets/named-wallet.js';
import { withChain } from '../../transaction/network.js';
import { fundAccount } from '../localnet/funds.js';
import type { faucetRows } from './settings.js';

/** What a faucet gives unless told otherwise: 1,000 TAO. */
const STANDARD_RAO = 1_000_000_000_000n;

/** TAO for nothing, which only a local chain gives: a development account sends it. */
export const faucet: Action<typeof faucetRows> = async ({ settings, ui, signal }) => {
  const { amount: amountRao = STANDARD_RAO } = settings;
  const address =
    settings.address === undefined
      ? namedWallet(settings).coldkeyAddress()
      : checkAddress(settings.address, '--address');
  return await withChain({ settings, ui, signal }, async ({ client, name }) => {
    await using chain = await openFaucet(client.endpoint, client.chainName, signal);
    const sent = await ui.busy('waiting for the block', fundAccount(chain, address, amountRao));
    const balanceRao = await client.balanceRao(address, { signal });
    return {
      json: { network: name, address, amountRao, ...sent.json, balanceRao },
      show: shown => {
        shown.line(`${address} got ${formatTao(amountRao)} ${sent.text}.`);
        shown.pairs([['balance', formatTao(balanceRao)]]);
      },
    };
  });
};

async function openFaucet(endpoint: string, chainName: string, signal: AbortSignal): Promise<LocalChain> {
  try {
    return await openLocalChain(endpoint, { signal });
  } catch (error) {
    if (!isBittensorError(error) || error.code !== 'not_local') throw error;
    const what = `${chainName} at ${endpoint} has no faucet: only a local chain gives TAO for nothing`;
    throw new BittensorError('not_local', `${what} (--subtensor.network local)`, { cause: error });
  }
}
