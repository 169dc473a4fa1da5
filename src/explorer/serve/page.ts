import { packagePath } from '../../base/index.js';

/** The folder of the built page; `npm run build` makes it. */
export const EXPLORER_PAGE = packagePath('dist/src/explorer/page');
