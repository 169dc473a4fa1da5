import type { Engine, Family } from '../family.js';
import { accountMethods } from './accounts.js';
import { blockMethods } from './blocks.js';
import { fundMethods } from './funds.js';
import { Sender } from './sender.js';
import { snapshotMethods } from './snapshots.js';
import { stateMethods } from './state.js';
import { statusMethods } from './status.js';
import { sudoMethods } from './sudo.js';
import { syncMethods } from './sync.js';
import { timeMethods } from './time.js';

/** What only a local chain offers. All of it goes through transactions and blocks, so that a replay agrees. */
export function devFamily(engine: Engine): Family {
  const sender = new Sender(engine);
  return {
    methods: {
      ...blockMethods(engine),
      ...snapshotMethods(engine),
      ...timeMethods(engine),
      ...fundMethods(engine, sender),
      ...sudoMethods(engine, sender),
      ...accountMethods(engine, sender),
      ...stateMethods(engine),
      ...statusMethods(engine),
      ...syncMethods(engine),
    },
  };
}
