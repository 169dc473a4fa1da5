import { command, group } from '../../frame/command.js';
import {
  addressSchema,
  booleanSchema,
  hashSchema,
  integerSchema,
  listOf,
  nullable,
  objectOf,
  oneOf,
  raoSchema,
  textSchema,
} from '../../frame/schema.js';
import { transactionOutput } from '../../settings/transaction.js';
import { walletRows } from '../../settings/wallet.js';
import { balanceSchema, inspectSchema, keptSchema, keySchema, overviewSchema } from './schemas.js';
import {
  balanceRows,
  endorseRows,
  exportRows,
  faucetRows,
  inspectRows,
  newKeyRows,
  overviewRows,
  regenPublicRows,
  regenRows,
  setPasswordRows,
  signRows,
  transferRows,
  verifyRows,
} from './settings.js';

const moreWords = [
  {
    name: 'words',
    about: 'the words after the first, when --mnemonic is given without quotes',
    optional: true,
    variadic: true,
  },
];

const madeCommands = [
  command({
    name: 'create',
    about: 'makes a wallet: a coldkey and a hotkey',
    long:
      'Makes a coldkey, which owns, and a hotkey, which works for it. The coldkey is encrypted with a password, the hotkey ' +
      'is not. The words of both are shown once on a terminal: who has them has the keys.',
    settings: newKeyRows,
    examples: [
      'wallet create',
      'wallet create --wallet.name mine --wallet.hotkey first --n_words 24',
      'wallet create --no_prompt --password-file secret.txt --mnemonic-out words.txt',
    ],
    output: objectOf({
      wallet: textSchema,
      coldkey: keptSchema({ 'mnemonic?': textSchema }),
      hotkey: keptSchema({ name: textSchema, endorsed: booleanSchema, 'mnemonic?': textSchema }),
    }),
    load: async () => (await import('./create.js')).create,
  }),
  command({
    name: 'new-coldkey',
    flat: ['new-coldkey'],
    about: 'makes a coldkey, encrypted unless --no_password',
    settings: newKeyRows,
    examples: ['wallet new-coldkey --wallet.name mine', 'new_coldkey --wallet.name mine --n_words 12 --use_password'],
    output: keptSchema({ wallet: textSchema, 'mnemonic?': textSchema }),
    load: async () => (await import('./create.js')).newColdkey,
  }),
  command({
    name: 'new-hotkey',
    flat: ['new-hotkey'],
    about: 'makes a hotkey, encrypted only with --use_password',
    long: 'Makes a hotkey. The coldkey endorses it when it can be opened: unencrypted, or with a password that is at hand.',
    settings: newKeyRows,
    examples: ['wallet new-hotkey --wallet.name mine --wallet.hotkey second', 'new_hotkey --wallet.name mine'],
    output: keptSchema({ wallet: textSchema, hotkey: textSchema, endorsed: booleanSchema, 'mnemonic?': textSchema }),
    load: async () => (await import('./create.js')).newHotkey,
  }),
  command({
    name: 'regen-coldkey',
    flat: ['regen-coldkey'],
    about: 'makes a coldkey again of its words, its seed or an export of polkadot-js',
    arguments: moreWords,
    settings: regenRows,
    examples: [
      'wallet regen-coldkey --wallet.name mine                              asks for the words',
      'wallet regen-coldkey --wallet.name mine --mnemonic-file words.txt',
      'wallet regen-coldkey --wallet.name mine --json-file account.json',
    ],
    output: keptSchema({ wallet: textSchema }),
    load: async () => (await import('./regen.js')).regenColdkey,
  }),
  command({
    name: 'regen-coldkeypub',
    flat: ['regen-coldkeypub'],
    about: 'keeps the address of a coldkey that is elsewhere: to watch it, and to receive',
    settings: regenPublicRows,
    examples: [
      'wallet regen-coldkeypub --wallet.name watched --address 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
    ],
    output: objectOf({ wallet: textSchema, address: addressSchema, publicKey: hashSchema, path: textSchema }),
    load: async () => (await import('./regen-public.js')).regenColdkeyPublic,
  }),
  command({
    name: 'regen-hotkey',
    flat: ['regen-hotkey'],
    about: 'makes a hotkey again of its words, its seed or an export of polkadot-js',
    arguments: moreWords,
    settings: regenRows,
    examples: ['wallet regen-hotkey --wallet.name mine --wallet.hotkey second --seed-file seed.txt'],
    output: keptSchema({ wallet: textSchema, hotkey: textSchema, endorsed: booleanSchema }),
    load: async () => (await import('./regen.js')).regenHotkey,
  }),
];

const keyCommands = [
  command({
    name: 'list',
    flat: ['list'],
    about: 'lists the wallets with their addresses; files that cannot be read, too',
    settings: walletRows,
    examples: ['wallet list', 'wallet list --wallet.path ./wallets --json'],
    output: objectOf({
      path: textSchema,
      wallets: listOf(
        objectOf({
          name: textSchema,
          coldkey: keySchema,
          watchOnly: booleanSchema,
          hotkeys: listOf(
            objectOf({ name: textSchema, address: nullable(addressSchema), problem: nullable(textSchema) }),
          ),
        }),
      ),
    }),
    load: async () => (await import('./list.js')).list,
  }),
  command({
    name: 'inspect',
    flat: ['inspect'],
    about: 'shows the key files: form, permissions, endorsements, and what is wrong with them',
    settings: inspectRows,
    examples: ['wallet inspect --wallet.name mine', 'wallet inspect --all --json'],
    output: inspectSchema,
    load: async () => (await import('./inspect.js')).inspect,
  }),
  command({
    name: 'endorse',
    about: 'has the coldkey sign that a hotkey is its own',
    settings: endorseRows,
    examples: ['wallet endorse --wallet.name mine --wallet.hotkey second'],
    output: objectOf({ wallet: textSchema, hotkey: textSchema, address: addressSchema, coldkey: addressSchema }),
    load: async () => (await import('./endorse.js')).endorse,
  }),
  command({
    name: 'set-password',
    about: 'changes, adds or removes the password of a key; renews old forms of encryption',
    settings: setPasswordRows,
    examples: [
      'wallet set-password --wallet.name mine',
      'wallet set-password --wallet.name mine --use_hotkey --encryption strong',
      'wallet set-password --password-file old.txt --new-password-file new.txt',
    ],
    output: objectOf({
      wallet: textSchema,
      'hotkey?': textSchema,
      address: addressSchema,
      path: textSchema,
      before: nullable(textSchema),
      encryption: oneOf('nacl', 'strong', null),
    }),
    load: async () => (await import('./set-password.js')).setPassword,
  }),
  command({
    name: 'export',
    about: 'shows the public half of a key, as a code to scan or as text',
    settings: exportRows,
    examples: [
      'wallet export --wallet.name mine',
      'wallet export --format address',
      'wallet export --use_hotkey --reveal_mnemonic        the words, too, for who can open the key',
    ],
    output: objectOf({
      wallet: textSchema,
      'hotkey?': textSchema,
      address: addressSchema,
      publicKey: hashSchema,
      uri: textSchema,
      'mnemonic?': textSchema,
    }),
    load: async () => (await import('./export.js')).exportKey,
  }),
  command({
    name: 'sign',
    about: 'signs a message with the coldkey, or the hotkey',
    settings: signRows,
    examples: [
      'wallet sign --message "I am here" --wallet.name mine',
      'wallet sign --use-hotkey --message hello --json',
    ],
    output: objectOf({
      address: addressSchema,
      publicKey: hashSchema,
      message: textSchema,
      signature: { type: 'string', pattern: '^0x[0-9a-f]{128}$' },
    }),
    load: async () => (await import('./sign.js')).sign,
  }),
  command({
    name: 'verify',
    about: 'says whether a signature is that of an address; ends with code 1 when it is not',
    settings: verifyRows,
    examples: [
      'wallet verify --message hello --signature 0x5e... --address 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
    ],
    output: objectOf({ valid: oneOf(true), address: addressSchema, wrapped: booleanSchema }),
    load: async () => (await import('./sign.js')).verify,
  }),
];

const chainCommands = [
  command({
    name: 'balance',
    about: 'shows what accounts have, free and staked',
    settings: balanceRows,
    examples: [
      'wallet balance',
      'wallet balance --all --subtensor.network finney',
      'wallet balance --address 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
    ],
    output: balanceSchema,
    load: async () => (await import('./balance.js')).balance,
  }),
  command({
    name: 'overview',
    flat: ['overview'],
    about: "shows a wallet's neurons on all subnets, its stakes and balance",
    settings: overviewRows,
    examples: ['wallet overview --wallet.name mine', 'overview --all --json'],
    output: overviewSchema,
    load: async () => (await import('./overview.js')).overview,
  }),
  command({
    name: 'transfer',
    flat: ['transfer'],
    about: 'sends TAO from the coldkey to another account',
    settings: transferRows,
    examples: [
      'wallet transfer --dest 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --amount 10',
      'wallet transfer --dest 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --all --dry-run',
    ],
    output: transactionOutput(),
    load: async () => (await import('./transfer.js')).transfer,
  }),
  command({
    name: 'faucet',
    flat: ['faucet'],
    about: 'gives TAO for nothing, on a local chain',
    settings: faucetRows,
    examples: ['wallet faucet --wallet.name mine', 'wallet faucet --amount 50'],
    output: objectOf({
      network: textSchema,
      address: addressSchema,
      amountRao: raoSchema,
      hash: hashSchema,
      block: hashSchema,
      blockNumber: nullable(integerSchema),
      balanceRao: raoSchema,
    }),
    load: async () => (await import('./faucet.js')).faucet,
  }),
];

/** `bittensor-cli wallet <verb>`. */
export const wallet = group({
  name: 'wallet',
  aliases: ['wallets', 'w'],
  about: 'keys: make them, look after them, and send what they own',
  commands: [...madeCommands, ...keyCommands, ...chainCommands],
});
