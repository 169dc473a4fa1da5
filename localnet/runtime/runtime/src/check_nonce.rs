//! The check of nonces, which lets a newcomer without any balance register by proof of work.

use crate::{AccountId, Nonce, Runtime, RuntimeCall, RuntimeOrigin, SubtensorModule, System};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
    dispatch::{DispatchInfo, PostDispatchInfo},
    weights::Weight,
};
use frame_system::CheckNonce as Usual;
use scale_info::{Type, TypeInfo};
use sp_runtime::{
    traits::{AsSystemOriginSigner, Implication, TransactionExtension, ValidateResult},
    transaction_validity::{
        InvalidTransaction, TransactionLongevity, TransactionSource, TransactionValidityError, ValidTransaction,
    },
    DispatchResult,
};

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
    let RuntimeCall::SubtensorModule(pallet_subtensor::Call::register {
        netuid,
        block_number,
        nonce,
        work,
        hotkey,
        ..
    }) = call
    else {
        return false;
    };
    !System::account_exists(who)
        && who == hotkey
        && System::account_nonce(who) == 0
        && SubtensorModule::is_good_work(*netuid, *block_number, *nonce, work, hotkey)
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
