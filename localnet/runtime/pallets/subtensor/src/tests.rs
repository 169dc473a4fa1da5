//! One file per subject, as in the pallet.

mod children;
mod consensus;
mod delegation;
mod emission;
mod epoch;
mod genesis;
mod identity;
mod interface;
mod keys;
mod metagraph;
mod moving;
mod networks;
mod proof_of_work;
mod random;
mod registration;
mod reveal;
mod root;
mod serving;
mod settings;
mod staking;
mod traces;
mod weights;
