import type { View } from '../app/routes.js';
import '../parts/neurons.css';
import { account } from './account.js';
import { block } from './block.js';
import { blocks } from './blocks.js';
import { changes } from './changes.js';
import { constants } from './constants.js';
import { events } from './events.js';
import { extrinsic } from './extrinsic.js';
import { metagraph } from './metagraph.js';
import { neuron } from './neuron.js';
import { nodes } from './nodes.js';
import { overview } from './overview.js';
import { itemState, palletState, state } from './state.js';
import { subnet } from './subnet.js';
import { subnets } from './subnets.js';
import { weights } from './weights.js';

/** All pages. A view is a file of its own with its pattern, title and component; a new one is added here. */
export const views: readonly View[] = [
  overview,
  blocks,
  block,
  extrinsic,
  events,
  subnets,
  subnet,
  metagraph,
  weights,
  changes,
  neuron,
  account,
  state,
  palletState,
  itemState,
  constants,
  nodes,
];
