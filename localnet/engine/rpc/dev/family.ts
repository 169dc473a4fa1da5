import type { Engine, Family } from '../family.js';
import { blockMethods } from './blocks.js';
import { fundMethods } from './funds.js';
import { snapshotMethods } from './snapshots.js';
import { statusMethods } from './status.js';
import { syncMethods } from './sync.js';
import { timeMethods } from './time.js';

/** What only a local chain offers. All of it goes through transactions and blocks, so that a replay agrees. */
export function devFamily(engine: Engine): Family {
  return {
    methods: {
      ...blockMethods(engine),
      ...snapshotMethods(engine),
      ...timeMethods(engine),
      ...fundMethods(engine),
      ...statusMethods(engine),
      ...syncMethods(engine),
    },
  };
}
