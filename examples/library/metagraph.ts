import * as bittensor from 'bittensor-node';

const meta = await bittensor.metagraph().sync();

// --- uid ---
console.log(meta.uids);

// --- hotkeys ---
console.log(meta.hotkeys);

// --- ranks ---
console.log(meta.R);

// --- stake ---
console.log(meta.S);
