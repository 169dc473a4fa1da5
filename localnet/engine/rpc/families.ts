import { devFamily } from './dev/family.js';
import { faultFamily } from './dev/fault-family.js';
import type { Engine, Family } from './family.js';
import { authorFamily } from './methods/author.js';
import { chainFamily } from './methods/chain.js';
import { childStateFamily } from './methods/child-state.js';
import { engineFamily } from './methods/engine.js';
import { paymentFamily } from './methods/payment.js';
import { stateFamily } from './methods/state.js';
import { systemFamily } from './methods/system.js';
import { archiveFamily } from './v2/archive.js';
import { chainHeadFamily } from './v2/chain-head.js';
import { chainSpecFamily } from './v2/chain-spec.js';
import { transactionFamily } from './v2/transaction.js';

/** All methods that a node has. */
export const FAMILIES: readonly ((engine: Engine) => Family)[] = [
  chainFamily,
  stateFamily,
  childStateFamily,
  authorFamily,
  systemFamily,
  paymentFamily,
  engineFamily,
  chainHeadFamily,
  chainSpecFamily,
  archiveFamily,
  transactionFamily,
  faultFamily,
  devFamily,
];
