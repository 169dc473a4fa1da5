import { authorFamily } from './author.js';
import { chainFamily } from './chain.js';
import { childStateFamily } from './child-state.js';
import { devFamily } from './dev/family.js';
import { engineFamily } from './engine.js';
import type { Engine, Family } from './family.js';
import { faultFamily } from './fault-family.js';
import { paymentFamily } from './payment.js';
import { stateFamily } from './state.js';
import { systemFamily } from './system.js';
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
