import { integer, real, type SettingTable, type SettingValues, text } from '../../base/index.js';

/** What a validator asks, whom, and how often. */
export const judgeSettings = {
  validator_peers: integer({
    flag: 'validator.peers',
    about: 'how many peers are asked at once; all take turns',
    default: 10,
    min: 1,
    max: 64,
  }),
  validator_interval: real({
    flag: 'validator.interval',
    argument: 'seconds',
    about: 'time between two questions',
    default: 1,
    min: 0,
    max: 3_600,
  }),
  validator_timeout: real({
    flag: 'validator.timeout',
    argument: 'seconds',
    about: 'an answer that takes longer counts as none',
    default: 10,
    min: 0.1,
    max: 600,
  }),
  validator_disguise: text<string | undefined>({
    flag: 'validator.disguise',
    argument: 'name',
    about:
      'a second hotkey of the wallet, registered without a stake, that asks every other question, so that who answers only validators shows',
    default: undefined,
    defaultAbout: 'none: all questions come from the validator',
  }),
  validator_steps: integer<number | undefined>({
    flag: 'validator.steps',
    about: 'stop cleanly after this many questions',
    default: undefined,
    defaultAbout: 'run until Ctrl-C',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  }),
  dataset: text<string | undefined>({
    argument: 'path',
    about: 'file or folder whose test rows are asked: private ones cannot be learnt by heart',
    default: undefined,
    defaultAbout: 'what comes with the package',
  }),
} satisfies SettingTable;

export type JudgeSettings = SettingValues<typeof judgeSettings>;
