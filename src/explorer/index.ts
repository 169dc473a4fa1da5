export { EXPLORER_PAGE } from './serve/page.js';
export { type Explorer, type ExplorerOptions, startExplorer } from './serve/server.js';
