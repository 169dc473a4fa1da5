// What the library makes neurons of. Not in the index: a help text loads no chain.
export { lockHotkey } from './keys/slots.js';
export { joinSubnet, type Membership } from './membership/membership.js';
export { fitWeights } from './weights/for-chain.js';
