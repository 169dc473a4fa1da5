import { choice, onOff, type SettingTable, text } from '../../base/index.js';

/** On every command; the frame adds them. */
export const outputRows = {
  json: onOff({ about: 'print one JSON document, and nothing else', default: false }),
  quiet: onOff({ short: '-q', about: 'nothing but the result', default: false }),
  verbose: onOff({ about: 'say more on the way', default: false }),
  prompt: onOff({ flag: 'no_prompt', about: 'never ask anything', default: true }),
  config: {
    ...text<string | undefined>({
      argument: 'file',
      about: 'config file',
      default: undefined,
      defaultAbout: './configuration.yaml, else ~/.bittensor/configuration.yaml',
    }),
    flagOnly: true,
  },
} satisfies SettingTable;

/** Of commands that sign a transaction. */
export const transactionRows = {
  yes: { ...onOff({ short: '-y', about: 'go on without asking', default: false }), flagOnly: true },
  dry_run: {
    ...onOff({ flag: 'dry-run', about: 'show what would be signed, and stop there', default: false }),
    flagOnly: true,
  },
  wait: choice<'inclusion' | 'finalization'>({
    of: ['inclusion', 'finalization'],
    about: 'how far to wait: until it is in a block, or until that block is final',
    default: 'inclusion',
  }),
} satisfies SettingTable;
