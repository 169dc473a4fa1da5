//! One file per subject, as in the pallet.

mod emission;
mod epoch;
mod genesis;
mod interface;
mod registration;
mod serving;
mod staking;
mod weights;
