// Settings, declared without what they are for: a help text loads nothing else.
export { bootstrapAddress } from './settings/bootstrap.js';
export { type MinerSettings, minerSettings } from './settings/miner.js';
export { CALLER_POLICIES, callerPolicyOf, MODEL_KINDS, type ModelKind, modelSettings } from './settings/model.js';
export { type ServerSettings, serverSettings } from './settings/server.js';
export { gossipSettings, locksFolder, type NodeSettings, nodeSettings } from './settings/shared.js';
export { type ValidatorSettings, validatorSettings } from './settings/validator.js';

/** What a neuron can be. */
export const ROLES = ['miner', 'server', 'validator'] as const;
export type Role = (typeof ROLES)[number];
