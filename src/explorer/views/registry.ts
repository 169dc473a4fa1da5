import type { View } from '../app/routes.js';
import { overview } from './overview.js';

/** All pages. A view is a file of its own with its pattern, title and component; a new one is added here. */
export const views: readonly View[] = [overview];
