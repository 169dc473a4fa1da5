//! The check of nonces, which lets a newcomer without any balance register by proof of work, and keeps a coldkey whose
//! swap is announced from everything else.

use crate::{AccountId, Nonce, Runtime, RuntimeCall, RuntimeOrigin, SubtensorModule, System};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
    dispatch::{DispatchInfo, PostDispatchInfo},
    weights::Weight,
};
use frame_system::CheckNonce as Usual;
use pallet_proxy::Call as Proxy;
use pallet_subtensor::{Call as Subtensor, Error};
use scale_info::{Type, TypeInfo};
use sp_runtime::{
    traits::{AccountIdLookup, AsSystemOriginSigner, Implication, StaticLookup, TransactionExtension, ValidateResult},
    transaction_validity::{
        InvalidTransaction, TransactionLongevity, TransactionSource, TransactionValidityError, ValidTransaction,
    },
    DispatchResult,
};

/// The public chain's numbers of refusals.
const COLDKEY_IN_SWAP_SCHEDULE: u8 = 0;
const COLDKEY_SWAP_DISPUTED: u8 = 21;

/// The usual check, which refuses whoever has no account: nobody pays for the storage of its nonce. Work pays for it
/// too, and gives the account a provider. In metadata and bytes it is the usual one.
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, PartialEq, Eq, Debug)]
pub struct CheckNonce(Usual<Runtime>);

type UsualVal = <Usual<Runtime> as TransactionExtension<RuntimeCall>>::Val;
type UsualPre = <Usual<Runtime> as TransactionExtension<RuntimeCall>>::Pre;

impl CheckNonce {
    /// Checks for this nonce.
    pub fn from(nonce: Nonce) -> Self {
        Self(Usual::from(nonce))
    }
}

impl TypeInfo for CheckNonce {
    type Identity = Usual<Runtime>;
    fn type_info() -> Type {
        Usual::<Runtime>::type_info()
    }
}

/// Whether this is the first transaction of an account that does not exist, and work speaks for it.
fn is_worked_for(who: &AccountId, call: &RuntimeCall) -> bool {
    let RuntimeCall::SubtensorModule(call) = call else {
        return false;
    };
    let (netuid, block, nonce, work) = match call {
        Subtensor::register { netuid, block_number, nonce, work, hotkey, .. } if who == hotkey => {
            (Some(*netuid), block_number, nonce, work)
        }
        Subtensor::faucet { block_number, nonce, work } => (None, block_number, nonce, work),
        _ => return false,
    };
    !System::account_exists(who)
        && System::account_nonce(who) == 0
        && SubtensorModule::is_good_work(netuid, *block, *nonce, work, who)
}

/// Refuses calls by, and by proxy for, coldkeys whose swap is announced, with the public chain's numbers.
fn ensure_not_swapping(who: &AccountId, call: &RuntimeCall) -> Result<(), TransactionValidityError> {
    let own = match call {
        RuntimeCall::SubtensorModule(call) => Some(call),
        _ => None,
    };
    SubtensorModule::ensure_not_swapping(who, own).map_err(|why| match why {
        Error::<Runtime>::ColdkeySwapDisputed => InvalidTransaction::Custom(COLDKEY_SWAP_DISPUTED),
        _ => InvalidTransaction::Custom(COLDKEY_IN_SWAP_SCHEDULE),
    })?;
    match call {
        RuntimeCall::Proxy(Proxy::proxy { real, call, .. } | Proxy::proxy_announced { real, call, .. }) => {
            ensure_not_swapping(&AccountIdLookup::<AccountId, ()>::lookup(real.clone())?, call)
        }
        _ => Ok(()),
    }
}

impl TransactionExtension<RuntimeCall> for CheckNonce {
    const IDENTIFIER: &'static str = "CheckNonce";
    type Implicit = ();
    // None: work speaks for it.
    type Val = Option<UsualVal>;
    type Pre = Option<UsualPre>;

    fn weight(&self, call: &RuntimeCall) -> Weight {
        self.0.weight(call)
    }

    fn validate(
        &self,
        origin: RuntimeOrigin,
        call: &RuntimeCall,
        info: &DispatchInfo,
        len: usize,
        implicit: (),
        implication: &impl Implication,
        source: TransactionSource,
    ) -> ValidateResult<Self::Val, RuntimeCall> {
        if let Some(who) = origin.as_system_origin_signer() {
            ensure_not_swapping(who, call)?;
        }
        match origin.as_system_origin_signer() {
            Some(who) if self.0 .0 == 0 && is_worked_for(who, call) => {
                let valid = ValidTransaction {
                    provides: alloc::vec![(who, self.0 .0).encode()],
                    longevity: TransactionLongevity::MAX,
                    ..Default::default()
                };
                Ok((valid, None, origin))
            }
            _ => {
                let (valid, val, origin) = self.0.validate(origin, call, info, len, implicit, implication, source)?;
                Ok((valid, Some(val), origin))
            }
        }
    }

    fn prepare(
        self,
        val: Self::Val,
        origin: &RuntimeOrigin,
        call: &RuntimeCall,
        info: &DispatchInfo,
        len: usize,
    ) -> Result<Self::Pre, TransactionValidityError> {
        match val {
            Some(val) => self.0.prepare(val, origin, call, info, len).map(Some),
            None => {
                let who = origin.as_system_origin_signer().ok_or(InvalidTransaction::BadSigner)?;
                System::inc_account_nonce(who);
                Ok(None)
            }
        }
    }

    fn post_dispatch_details(
        pre: Self::Pre,
        info: &DispatchInfo,
        post_info: &PostDispatchInfo,
        len: usize,
        result: &DispatchResult,
    ) -> Result<Weight, TransactionValidityError> {
        pre.map_or(Ok(Weight::zero()), |pre| {
            <Usual<Runtime> as TransactionExtension<RuntimeCall>>::post_dispatch_details(
                pre, info, post_info, len, result,
            )
        })
    }
}
