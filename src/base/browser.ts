// What needs nothing of Node.js: a browser may load it, too.

export * from './abort.js';
export * from './amounts.js';
export * from './bytes.js';
export * from './clock.js';
export * from './errors.js';
export * from './hash.js';
export * from './ip.js';
export * from './lifecycle.js';
export type * from './node-status.js';
export * from './options.js';
export * from './plain-reason.js';
export * from './silent-log.js';
export * from './ss58.js';
