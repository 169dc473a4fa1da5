import type { View } from '../app/routes.js';
import '../parts/neurons.css';
import { metagraph } from './metagraph.js';
import { neuron } from './neuron.js';
import { nodes } from './nodes.js';
import { overview } from './overview.js';
import { weights } from './weights.js';

/** All pages. A view is a file of its own with its pattern, title and component; a new one is added here. */
export const views: readonly View[] = [overview, metagraph, weights, neuron, nodes];
