import type { Engine, Family } from '../family.js';
import { blockMethods } from './blocks.js';
import { fundMethods } from './funds.js';
import { statusMethods } from './status.js';
import { syncMethods } from './sync.js';

/** What only a local chain offers. All of it goes through transactions and blocks, so that a replay agrees. */
export function devFamily(engine: Engine): Family {
  return {
    methods: { ...blockMethods(engine), ...fundMethods(engine), ...statusMethods(engine), ...syncMethods(engine) },
  };
}
