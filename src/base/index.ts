export * from './browser.js';
export * from './config-file.js';
export * from './files.js';
export * from './home.js';
export * from './lock-file.js';
export * from './log.js';
export * from './metrics.js';
export * from './worker.js';
