//! Registration by proof of work: a nonce whose seal is below what the difficulty allows.

use crate::*;
use alloc::vec::Vec;
use frame_support::{ensure, traits::fungible::Mutate};
use sp_core::{H256, U256};
use sp_io::hashing::{keccak_256, sha2_256};
use sp_runtime::{traits::UniqueSaturatedInto, AccountId32, DispatchResult};

/// Work counts for this many blocks.
const MAX_AGE: u64 = 3;

/// What the faucet pays, and for how many hashes on average.
const FAUCET_RAO: u64 = 1_000_000_000_000;
const FAUCET_DIFFICULTY: u64 = 1_000_000;

/// What a solver sends.
pub(crate) struct Work {
    pub block: u64,
    pub nonce: u64,
    pub seal: Vec<u8>,
}

/// `keccak256(sha256(nonce ‖ keccak256(block_hash ‖ hotkey)))`, the nonce in 8 little-endian bytes.
pub fn seal(block_hash: H256, hotkey: &AccountId32, nonce: u64) -> [u8; 32] {
    let hotkey: &[u8] = hotkey.as_ref();
    let subject = keccak_256(&[block_hash.as_bytes(), hotkey].concat());
    keccak_256(&sha2_256(&[&nonce.to_le_bytes()[..], &subject].concat()))
}

/// Whether the seal, as a little-endian number, times the difficulty stays below 2^256.
pub fn meets(seal: &[u8; 32], difficulty: u64) -> bool {
    U256::from_little_endian(seal).checked_mul(U256::from(difficulty)).is_some()
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register(
        signer: AccountId32,
        netuid: u16,
        work: Work,
        hotkey: AccountId32,
        coldkey: AccountId32,
    ) -> DispatchResult {
        ensure!(signer == hotkey, Error::<T>::TransactorAccountShouldBeHotKey);
        ensure!(netuid != ROOT, Error::<T>::RegistrationNotPermittedOnRootSubnet);
        ensure!(NetworksAdded::<T>::get(netuid), Error::<T>::SubnetNotExists);
        ensure!(NetworkPowRegistrationAllowed::<T>::get(netuid), Error::<T>::SubNetRegistrationDisabled);
        Self::ensure_room(netuid)?;
        ensure!(!Uids::<T>::contains_key(netuid, &hotkey), Error::<T>::HotKeyAlreadyRegisteredInSubNet);

        Self::check_work(Difficulty::<T>::get(netuid), &work, &hotkey)?;
        if Owner::<T>::contains_key(&hotkey) {
            ensure!(Owner::<T>::get(&hotkey) == coldkey, Error::<T>::NonAssociatedColdKey);
        }
        ensure!(Self::has_free_uid(netuid) || Self::neuron_to_prune(netuid).is_some(), Error::<T>::NoNeuronIdAvailable);

        Self::use_work(work);
        POWRegistrationsThisInterval::<T>::mutate(netuid, |n| *n = n.saturating_add(1));
        Self::admit(netuid, &coldkey, hotkey)
    }

    /// Pays a coldkey for work that names it.
    pub(crate) fn do_faucet(coldkey: AccountId32, work: Work) -> DispatchResult {
        ensure!(AllowFaucet::<T>::get(), Error::<T>::FaucetDisabled);
        Self::check_work(FAUCET_DIFFICULTY, &work, &coldkey)?;
        Self::use_work(work);
        T::Currency::mint_into(&coldkey, FAUCET_RAO)?;
        Self::deposit_event(Event::Faucet(coldkey, FAUCET_RAO));
        Ok(())
    }

    /// Remembers work for as long as it could be used again.
    fn use_work(work: Work) {
        let block = Self::block();
        let old: Vec<_> = UsedWork::<T>::iter().filter(|(_, used)| block.saturating_sub(*used) >= MAX_AGE).collect();
        old.iter().for_each(|(seal, _)| UsedWork::<T>::remove(seal));
        UsedWork::<T>::insert(&work.seal, block);
    }

    /// The work is for a recent block, enough, right, and new.
    fn check_work(difficulty: u64, work: &Work, hotkey: &AccountId32) -> DispatchResult {
        let block = Self::block();
        ensure!(work.block <= block, Error::<T>::InvalidWorkBlock);
        ensure!(block.saturating_sub(work.block) < MAX_AGE, Error::<T>::InvalidWorkBlock);
        let hash = frame_system::Pallet::<T>::block_hash::<frame_system::pallet_prelude::BlockNumberFor<T>>(
            work.block.unique_saturated_into(),
        );
        // The hash of the block in the making is not known yet: everybody would work on the same zeros.
        ensure!(hash != T::Hash::default(), Error::<T>::InvalidWorkBlock);
        let claimed: [u8; 32] = work.seal.as_slice().try_into().map_err(|_| Error::<T>::InvalidSeal)?;
        ensure!(meets(&claimed, difficulty), Error::<T>::InvalidDifficulty);
        let hash = H256::from_slice(hash.as_ref());
        ensure!(seal(hash, hotkey, work.nonce) == claimed, Error::<T>::InvalidSeal);
        ensure!(!UsedWork::<T>::contains_key(&work.seal), Error::<T>::InvalidSeal);
        Ok(())
    }

    /// Whether `register`, or without a netuid `faucet`, would accept this work of a key now.
    pub fn is_good_work(netuid: Option<u16>, block: u64, nonce: u64, seal: &[u8], key: &AccountId32) -> bool {
        if seal.len() != 32 || (netuid.is_none() && !AllowFaucet::<T>::get()) {
            return false;
        }
        let difficulty = netuid.map_or(FAUCET_DIFFICULTY, Difficulty::<T>::get);
        Self::check_work(difficulty, &Work { block, nonce, seal: seal.to_vec() }, key).is_ok()
    }
}
