//! Presets of the first state, as JSON: what `GenesisBuilder` offers to whoever starts a chain.
//!
//! A preset is a patch over the default configuration. All that `subtensorModule` understands:
//!
//! ```json
//! {
//!   "balances": { "balances": [["<ss58>", 1000000000000000]] },
//!   "aura": { "authorities": ["<ss58>"] },
//!   "sudo": { "key": "<ss58>" },
//!   "subtensorModule": {
//!     "slotDuration": 250,
//!     "allowLoopbackAxons": true,
//!     "stakeThreshold": 0,
//!     "chain": {
//!       "networkMinLockCost": 1000000000, "networkLockReductionInterval": 100, "networkRateLimit": 0,
//!       "networkImmunityPeriod": 7200, "subnetLimit": 128, "startCallDelay": 0, "subnetOwnerCut": 11796,
//!       "txRateLimit": 0, "txDelegateTakeRateLimit": 0, "txChildkeyTakeRateLimit": 0, "pendingChildKeyCooldown": 0,
//!       "coldkeySwapAnnouncementDelay": 50, "coldkeySwapReannouncementDelay": 10,
//!       "adminFreezeWindow": 0, "ownerHyperparamRateLimit": 0, "faucet": true
//!     },
//!     "subnets": [{
//!       "netuid": 1, "owner": "<ss58>", "ownerHotkey": null, "tempo": 40,
//!       "maxAllowedUids": 256, "maxAllowedValidators": 64,
//!       "minAllowedWeights": 1, "maxWeightsLimit": 65535, "weightsVersionKey": 0, "weightsSetRateLimit": 0,
//!       "servingRateLimit": 0, "immunityPeriod": 5000, "minNonImmuneUids": 10, "activityCutoff": 5000,
//!       "kappa": 32767, "rho": 10, "bondsMovingAverage": 900000, "bondsPenalty": 65535, "yuma3": true,
//!       "liquidAlpha": false, "alphaLow": 45875, "alphaHigh": 58982, "alphaSigmoidSteepness": 1000,
//!       "burn": 100000000, "minBurn": 500000, "maxBurn": 100000000000,
//!       "difficulty": 10000, "minDifficulty": 1000, "maxDifficulty": 4611686018427387903, "adjustmentAlpha": 0,
//!       "registrationAllowed": true, "powRegistrationAllowed": true, "maxRegistrationsPerBlock": 64,
//!       "targetRegistrationsPerInterval": 256, "adjustmentInterval": 100,
//!       "commitRevealWeightsEnabled": false, "revealPeriodEpochs": 1, "subtokenEnabled": true
//!     }],
//!     "neurons": [{ "netuid": 1, "hotkey": "<ss58>", "coldkey": "<ss58>", "stake": 0 }]
//!   }
//! }
//! ```
//!
//! Every field of `chain` and of a subnet may be left out; the values above are the defaults (`owner`: nobody). Unknown fields are
//! refused. The root network, netuid 0, is always there.

use crate::AccountId;
use alloc::{vec, vec::Vec};
use serde_json::{json, Value};
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::Sr25519Keyring as Key;

const TAO: u64 = 1_000_000_000;

/// A chain for one machine: funded development accounts, Alice as authority, sudo and owner of the open subnet 1.
fn local() -> Value {
    let accounts = [Key::Alice, Key::Bob, Key::Charlie, Key::Dave, Key::Eve, Key::Ferdie];
    let stashes = [Key::AliceStash, Key::BobStash, Key::CharlieStash, Key::DaveStash, Key::EveStash, Key::FerdieStash];
    // In all less than half of the supply, so that the first halving lies ahead and a block mints one TAO.
    let balances: Vec<(AccountId, u64)> = accounts
        .map(|key| (key.to_account_id(), 1_000_000 * TAO))
        .into_iter()
        .chain(stashes.map(|key| (key.to_account_id(), 100_000 * TAO)))
        .collect();
    let alice = Key::Alice.to_account_id();
    json!({
        "balances": { "balances": balances },
        "aura": { "authorities": [alice.clone()] },
        "sudo": { "key": alice.clone() },
        "subtensorModule": {
            "slotDuration": 250,
            "allowLoopbackAxons": true,
            // A twentieth of the stake is heard: with one half, of two neurons only the poorer one would ever earn
            // incentive, because nobody but itself could rank the richer one.
            "subnets": [{ "netuid": 1, "owner": alice, "kappa": 3_277 }],
        },
    })
}

/// The preset of that name.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    presets().contains(id).then(|| serde_json::to_vec(&local()).unwrap_or_default())
}

/// The names of all presets; both mean the same.
pub fn presets() -> Vec<PresetId> {
    vec![PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET), PresetId::from(DEV_RUNTIME_PRESET)]
}
