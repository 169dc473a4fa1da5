import type { ErrorTexts } from './error-texts.js';

/** Errors of the other pallets, most of them polkadot-sdk's. */
export const PALLET_ERRORS: Readonly<Record<string, ErrorTexts>> = {
  System: {
    InvalidSpecName: [
      'the new runtime is of another chain',
      'An upgrade must keep the name of the specification.',
      'Use a runtime that was built for this chain.',
    ],
    SpecVersionNeedsToIncrease: [
      "the new runtime's version is not higher",
      'Each upgrade needs a higher spec version.',
      'Raise the spec version and build again.',
    ],
    FailedToExtractRuntimeVersion: [
      'the new runtime does not tell its version',
      'It is no runtime, or a broken one.',
      'Check the file.',
    ],
    NonDefaultComposite: [
      'the account still has data',
      'Only an empty account can be removed.',
      'Send away what it has first.',
    ],
    NonZeroRefCount: [
      'the account is still needed',
      'Something on the chain refers to it.',
      'End that first, then the account.',
    ],
    CallFiltered: [
      'the chain does not take this call',
      'It is switched off, or not allowed for this kind of sender.',
      'Try later, or another way.',
    ],
    MultiBlockMigrationsOngoing: [
      'the chain is being upgraded',
      'Its data is being moved, which takes some blocks.',
      'Try again in a minute.',
    ],
    NothingAuthorized: ['no upgrade was authorized', 'A new runtime must be announced first.', 'Authorize it first.'],
    Unauthorized: [
      'this runtime was not authorized',
      'Another one was announced.',
      'Give the runtime with the authorized hash.',
    ],
  },
  Balances: {
    VestingBalance: ['part of the balance is not released yet', 'It becomes free over time.', 'Send less, or wait.'],
    LiquidityRestrictions: [
      'part of the balance is frozen',
      'Frozen TAO cannot be sent.',
      'Send less; bittensor-cli wallet balance shows what can be sent.',
    ],
    InsufficientBalance: [
      'the balance is too small',
      'The amount and the fee together are more than the account has.',
      'Send less, or send TAO to the account first.',
    ],
    ExistentialDeposit: [
      'the amount is too small for a new account',
      'An account must hold the existential deposit to exist.',
      'Send at least that much: 500 rao on most chains.',
    ],
    Expendability: [
      'the sender would cease to exist',
      'Less than the existential deposit would be left.',
      'Send a little less, or allow the account to end.',
    ],
    ExistingVestingSchedule: [
      'the account has a release plan already',
      'It can have one only.',
      'Use another account.',
    ],
    DeadAccount: ['the receiving account does not exist', 'It must hold something first.', 'Check the address.'],
    TooManyReserves: ['too many parts of the balance are reserved', 'There is an upper bound.', 'Release one first.'],
    TooManyHolds: ['too many parts of the balance are held', 'There is an upper bound.', 'Release one first.'],
    TooManyFreezes: ['too many parts of the balance are frozen', 'There is an upper bound.', 'Release one first.'],
    IssuanceDeactivated: [
      'the supply cannot be changed',
      'Its changes are switched off already.',
      'Nothing can be done.',
    ],
    DeltaZero: ['nothing would change', 'The difference is zero.', 'Name an amount.'],
  },
  Utility: {
    TooManyCalls: ['the batch has too many calls', 'There is an upper bound.', 'Split it into several batches.'],
  },
  Sudo: {
    RequireSudo: [
      'only the sudo account may do this',
      'Another account has signed.',
      'On the local chain sign with //Alice; elsewhere ask the operators.',
    ],
  },
  Multisig: {
    MinimumThreshold: ['the threshold must be 2 or more', 'One signature is no multisig.', 'Choose 2 or more.'],
    AlreadyApproved: ['this account has approved already', 'Each approves once.', 'Let another signatory approve.'],
    NoApprovalsNeeded: [
      'no more approvals are needed',
      'The threshold is reached.',
      'Send the call itself to carry it out.',
    ],
    TooFewSignatories: ['there are too few signatories', 'A multisig has at least two.', 'Name the others.'],
    TooManySignatories: ['there are too many signatories', 'There is an upper bound.', 'Name fewer.'],
    SignatoriesOutOfOrder: [
      'the signatories are not in order',
      'They are listed by their public keys.',
      'Sort them, each once.',
    ],
    SenderInSignatories: [
      'the sender is among the other signatories',
      'Only the others are listed.',
      'Leave the sender out.',
    ],
    NotFound: [
      'there is no such multisig operation',
      'It was carried out or cancelled, or the call differs.',
      'Check the call and the signatories.',
    ],
    NotOwner: [
      'only who began the operation may do this',
      'Another signatory has signed.',
      'Let the first signatory do it.',
    ],
    NoTimepoint: [
      'the operation has begun already',
      'Later approvals name the block and the index of the first.',
      'Give its timepoint.',
    ],
    WrongTimepoint: ['the timepoint is another one', 'The operation began elsewhere.', 'Give its own timepoint.'],
    UnexpectedTimepoint: [
      'the operation has not begun',
      'The first approval has no timepoint.',
      'Leave the timepoint out.',
    ],
    MaxWeightTooLow: ['the allowed weight is too low', 'The call needs more.', 'Allow more weight.'],
    AlreadyStored: ['the call is stored already', 'It is stored once.', 'Approve it by its hash.'],
  },
  Proxy: {
    TooMany: ['there are too many proxies or announcements', 'There is an upper bound.', 'Remove one first.'],
    NotFound: ['there is no such proxy', 'It was never added, or was removed.', 'Check the account and the type.'],
    NotProxy: [
      'the sender may not act for this account',
      'It is no proxy of it.',
      'Let the account add the sender as a proxy first.',
    ],
    Unproxyable: [
      "the proxy's type does not allow this call",
      'Each type of proxy may make certain calls only.',
      'Use a proxy of another type.',
    ],
    Duplicate: ['the account is a proxy already', 'It is added once.', 'Nothing is to be done.'],
    NoPermission: [
      'a proxy may not make this call',
      'It would gain rights by it.',
      'Let the account itself make the call.',
    ],
    Unannounced: [
      'the call was not announced long enough ago',
      'This proxy must announce calls and wait.',
      'Announce it, or wait for the delay.',
    ],
    NoSelfProxy: ['an account cannot be its own proxy', 'It may act for itself anyway.', 'Name another account.'],
  },
  Commitments: {
    TooManyFieldsInCommitmentInfo: ['there are too many fields', 'There is an upper bound.', 'Publish fewer.'],
    AccountNotAllowedCommit: [
      "only the subnet's neurons may publish there",
      'The hotkey is not registered on the subnet.',
      'Register it first: bittensor-cli subnet register --netuid N.',
    ],
    SpaceLimitExceeded: [
      'that is more than a neuron may publish in one epoch',
      'The space is limited.',
      'Publish less, or wait for the next epoch.',
    ],
    UnexpectedUnreserveLeftover: [
      'more was reserved than could be given back',
      "The chain's books of the deposit do not match.",
      'Tell the operators of the chain.',
    ],
  },
  AdminUtils: {
    SubnetDoesNotExist: [
      'there is no such subnet',
      'The netuid is wrong, or the subnet was dissolved.',
      'See which there are: bittensor-cli subnet list.',
    ],
    MaxValidatorsLargerThanMaxUIds: [
      'there would be more validators than neurons',
      'The value of max_validators is above the most neurons.',
      'Choose a smaller number.',
    ],
    MaxAllowedUIdsLessThanCurrentUIds: [
      'there are more neurons than that already',
      'Neurons are not removed by a setting.',
      'Choose a larger number, or trim the subnet.',
    ],
    BondsMovingAverageMaxReached: [
      'bonds cannot keep more than all',
      'The moving average is a share.',
      'Choose a smaller value.',
    ],
    NegativeSigmoidSteepness: [
      'only root may set a steepness below zero',
      'An owner may set positive ones.',
      'Choose a positive value.',
    ],
    ValueNotInBounds: ['the value is out of bounds', 'The setting has bounds.', 'Choose another value.'],
    MinAllowedUidsGreaterThanCurrentUids: [
      'there are fewer neurons than that',
      'The least number cannot be above the present one.',
      'Choose a smaller number.',
    ],
    MinAllowedUidsGreaterThanMaxAllowedUids: [
      'there may not be as many neurons as that',
      'The least number cannot be above the largest.',
      'Choose a smaller number.',
    ],
    MaxAllowedUidsLessThanMinAllowedUids: [
      'there must be more neurons than that',
      'The largest number cannot be below the least.',
      'Choose a larger number.',
    ],
    MaxAllowedUidsGreaterThanDefaultMaxAllowedUids: [
      'no subnet may have so many neurons',
      'The chain has an upper bound for all subnets.',
      'Choose a smaller number.',
    ],
    InvalidValue: ['the value makes no sense', 'The setting does not take it.', 'Choose another value.'],
    NotPermittedOnRootSubnet: [
      'the root network has no such setting',
      'Subnet 0 follows other rules.',
      'Name another netuid.',
    ],
    POWRegistrationDisabled: [
      'registration by work is off',
      'The chain does not take it.',
      'Register with burned TAO.',
    ],
    Deprecated: ['the call is gone', 'This version of the chain does not take it any more.', 'Update your software.'],
  },
};
