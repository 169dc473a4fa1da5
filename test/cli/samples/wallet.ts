import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../../src/base/index.js';
import { keypairFromUri } from '../../../src/wallet/index.js';
import type { CliOnChain } from '../on-chain.js';
import type { Samples } from './sample.js';

const WORDS = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const ALICE = keypairFromUri('//Alice');

/** A file beside the wallets, which nobody else can read. */
function file({ folder }: CliOnChain, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

export const walletSamples: Samples = {
  'wallet create': {
    success: chain => [
      'wallet create --wallet.name made --no_password',
      'wallet create --wallet.name told --no_password --reveal_mnemonic',
      `wallet create --wallet.name locked --password-file ${file(chain, 'password', 'Correct-Horse-7')}`,
    ],
    failure: () => [
      'wallet create --wallet.name alice --no_password',
      'wallet create --wallet.name x',
      'wallet create --uri //X',
    ],
  },
  'wallet new-coldkey': {
    success: () => ['new_coldkey --wallet.name cold --no_password --n_words 24 --reveal_mnemonic'],
    failure: () => [
      'wallet new-coldkey --wallet.name bob',
      'new_coldkey --n_words 13',
      'new_coldkey --wallet.name ../x',
    ],
  },
  'wallet new-hotkey': {
    success: () => [
      'new_hotkey --wallet.name cold --wallet.hotkey a',
      'wallet new-hotkey --wallet.name lone --uri //Eve',
    ],
    failure: () => [
      'wallet new-hotkey --wallet.name bob',
      'wallet new-hotkey --wallet.name bob --wallet.hotkey a --use_password',
    ],
  },
  'wallet regen-coldkey': {
    success: chain => [
      `regen_coldkey --wallet.name again --no_password --mnemonic_file ${file(chain, 'words', WORDS)}`,
      `wallet regen-coldkey --wallet.name again2 --no_password --mnemonic ${WORDS}`,
    ],
    failure: chain => [
      'wallet regen-coldkey --wallet.name y',
      `wallet regen-coldkey --wallet.name y --no_password --mnemonic_file ${file(chain, 'wrong', `${WORDS} x`)}`,
      `wallet regen-coldkey --wallet.name y --no_password --seed_file ${chain.folder}`,
    ],
  },
  'wallet regen-coldkeypub': {
    success: () => [`regen_coldkeypub --wallet.name watched --address ${ALICE.address}`],
    failure: () => [
      'wallet regen-coldkeypub --wallet.name watched',
      'wallet regen-coldkeypub --wallet.name z --public_key 0x00',
    ],
  },
  'wallet regen-hotkey': {
    success: chain => [`regen_hotkey --wallet.name again --seed_file ${file(chain, 'seed', `0x${'07'.repeat(32)}`)}`],
    failure: chain => [
      'wallet regen-hotkey --wallet.name y',
      `wallet regen-hotkey --wallet.name y --json_file ${file(chain, 'account', '{}')}`,
    ],
  },
  'wallet list': {
    success: ({ folder }) => ['wallet list', 'list', `wallet list --wallet.path ${folder}/none`],
    failure: () => ['wallet list and more'],
  },
  'wallet inspect': {
    success: () => ['wallet inspect --wallet.name alice', 'inspect --all', 'inspect --wallet.name watched'],
    failure: () => ['wallet inspect --wallet.name nobody'],
  },
  'wallet endorse': {
    success: () => ['wallet endorse --wallet.name alice'],
    failure: () => ['wallet endorse --wallet.name lone', 'wallet endorse --wallet.name alice --wallet.hotkey none'],
  },
  'wallet set-password': {
    success: chain => [
      `wallet set-password --wallet.name made --use_hotkey --password-file ${file(chain, 'password', 'Correct-Horse-7')}`,
      `wallet set-password --wallet.name made --use_hotkey --password-file ${join(chain.folder, 'password')} --no_password`,
    ],
    failure: () => ['wallet set-password --wallet.name made', 'wallet set-password --wallet.name made --no_password'],
  },
  'wallet export': {
    success: () => [
      'wallet export --wallet.name alice',
      'wallet export --wallet.name told --use_hotkey --reveal_mnemonic',
    ],
    failure: () => ['wallet export --wallet.name none', 'wallet export --wallet.name alice --reveal_mnemonic'],
  },
  'wallet sign': {
    success: () => [
      'wallet sign --wallet.name alice --message "hello you"',
      'wallet sign --wallet.name bob --use-hotkey --message x',
    ],
    failure: () => ['wallet sign --wallet.name alice', 'wallet sign --wallet.name locked --message x'],
  },
  'wallet verify': {
    success: () => {
      const signature = toHex(ALICE.sign(new TextEncoder().encode('hello you')));
      return [`wallet verify --message "hello you" --address ${ALICE.address} --signature ${signature}`];
    },
    failure: () => [
      `wallet verify --message x --address ${ALICE.address} --signature 0x${'00'.repeat(64)}`,
      `wallet verify --message x --address ${ALICE.address} --signature 0x00`,
    ],
  },
  'wallet balance': {
    success: () => [
      'wallet balance --wallet.name alice',
      'wallet balance --all',
      `wallet balance --address ${ALICE.address}`,
    ],
    failure: () => [
      'wallet balance --wallet.name none',
      'wallet balance --address nobody',
      'wallet balance --wallet.name alice --subtensor.chain_endpoint ws://127.0.0.1:9',
    ],
  },
  'wallet overview': {
    success: () => ['wallet overview --wallet.name alice', 'overview --all'],
    failure: () => ['wallet overview --wallet.name none', 'overview --wallet.name alice --subtensor.network nowhere'],
  },
  'wallet transfer': {
    success: () => [
      `wallet transfer --wallet.name alice --dest ${ALICE.address} --amount 1 --dry-run`,
      `transfer --wallet.name alice --dest ${ALICE.address} --amount 1`,
    ],
    failure: () => [
      `wallet transfer --wallet.name alice --dest ${ALICE.address} --amount 1000000`,
      `wallet transfer --wallet.name alice --dest ${ALICE.address}`,
      'wallet transfer --wallet.name alice --dest nobody --amount 1',
    ],
  },
  'wallet faucet': {
    success: () => ['wallet faucet --wallet.name made --amount 2', `faucet --address ${ALICE.address}`],
    failure: () => ['wallet faucet --wallet.name none', 'wallet faucet --wallet.name made --amount 1000000000'],
  },
};
