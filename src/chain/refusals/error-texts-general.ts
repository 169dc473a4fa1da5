import type { ErrorTexts } from './error-texts.js';

/** Dispatch errors that belong to no pallet. Source: polkadot-sdk `sp_runtime::DispatchError`. */
export const DISPATCH_ERRORS: ErrorTexts = {
  Other: ['the call failed for a reason without a name', 'The runtime gives no detail.', "Look into the node's log."],
  CannotLookup: [
    'an address was not found',
    'It is of a kind that this chain cannot look up.',
    'Give an ss58 address.',
  ],
  BadOrigin: [
    'this account may not make this call',
    'It is reserved for root, for an owner, or for another kind of sender.',
    'Sign with the account that may, on the local chain through sudo.',
  ],
  ConsumerRemaining: [
    'the account is still in use',
    'Something on the chain depends on it, so it cannot end.',
    'Leave at least the existential deposit there.',
  ],
  NoProviders: ['the account does not exist', 'It holds less than the existential deposit.', 'Send TAO to it first.'],
  TooManyConsumers: ['the account is used by too much', 'There is an upper bound.', 'End something of it first.'],
  'Token.FundsUnavailable': [
    'the balance is too small',
    'The amount is more than the account can spend.',
    'Send less, or send TAO to the account first; bittensor-cli wallet balance shows what can be sent.',
  ],
  'Token.OnlyProvider': [
    'the account would cease to exist',
    'Something depends on it.',
    'Leave at least the existential deposit there.',
  ],
  'Token.BelowMinimum': [
    'the amount is too small',
    'An account must hold the existential deposit to exist: 500 rao on most chains.',
    'Send at least that much.',
  ],
  'Token.CannotCreate': ['the account cannot be created', 'Something forbids it.', 'Use another account.'],
  'Token.UnknownAsset': ['there is no such token', 'The chain does not know it.', 'Check its number.'],
  'Token.Frozen': ['the balance is frozen', 'It cannot be spent at present.', 'Wait, or use another account.'],
  'Token.Unsupported': ['the token does not allow this', 'It follows other rules.', 'Try another way.'],
  'Token.CannotCreateHold': ['the amount cannot be held', 'The account is too small for it.', 'Send TAO to it first.'],
  'Token.NotExpendable': [
    'the account would cease to exist',
    'Less than the existential deposit would be left.',
    'Send a little less.',
  ],
  'Token.Blocked': ['the account is blocked', 'It may not receive or send.', 'Use another account.'],
  'Arithmetic.Underflow': [
    'more would be taken than there is',
    'The balance is smaller than the amount and the fee.',
    'Use a smaller amount.',
  ],
  'Arithmetic.Overflow': ['a number would become too large', 'The amount is beyond bounds.', 'Use a smaller amount.'],
  'Arithmetic.DivisionByZero': [
    'the chain would divide by zero',
    'A value that is needed is zero.',
    'Check the amounts.',
  ],
  'Transactional.LimitReached': ['calls are nested too deeply', 'There is an upper bound.', 'Nest fewer calls.'],
  'Transactional.NoLayer': [
    'the chain made an error in its books',
    'This is a bug of its runtime.',
    'Tell its operators.',
  ],
  Exhausted: ['the chain is out of resources for this', 'The block is full.', 'Try again in the next block.'],
  Corruption: [
    "the chain's state is damaged",
    'Something that must be there is not.',
    'Tell the operators of the chain.',
  ],
  Unavailable: ['something is not available at present', 'The chain cannot reach it.', 'Try again later.'],
  RootNotAllowed: ['root may not make this call', 'A signed account must.', 'Sign with an account instead.'],
};

/** Why a pool or a block builder refuses. Source: polkadot-sdk `InvalidTransaction`, `UnknownTransaction`. */
export const POOL_ERRORS: ErrorTexts = {
  InvalidFormat: [
    'the bytes are no transaction',
    'They do not begin with their own length, or are cut.',
    'Send the whole transaction, as the program that signed it gave it.',
  ],
  VerificationFailed: [
    'the runtime broke off while it judged the transaction',
    'The call is not encoded as this runtime has it, or the runtime has a fault.',
    'Update your software; if it stays, tell the operators of the chain.',
  ],
  InvalidTransaction: [
    'the transaction is invalid',
    'Code 1010. What comes with it says why: outdated, cannot pay, bad signature, or a custom error with a number.',
    'Look that up: bittensor-cli explain "Custom error: N", Stale, Payment or BadProof.',
  ],
  UnknownValidity: [
    'the runtime cannot say whether the transaction is valid',
    'Code 1011. Something that it needs to judge it is not there.',
    'Check addresses and signature, and send it again.',
  ],
  CycleDetected: [
    'transactions wait for each other in a circle',
    'Each says that it needs another one of them first.',
    'Send them one after the other.',
  ],
  NoTagsProvided: [
    'the pool cannot tell the transaction from others',
    'The runtime gave it no mark. This is a fault of the chain.',
    'Tell its operators.',
  ],
  NoKeyStore: [
    'the node has no keys to do this',
    'Its key store is not there; a local chain has none, for its blocks are not sealed.',
    'Ask a node that has session keys.',
  ],
  Call: [
    'the chain does not expect this call',
    'It is not allowed for this sender or in this state.',
    'Check the call and who signs it.',
  ],
  Payment: [
    'the account cannot pay the fee',
    'Its free balance is smaller than the fee, or it has no account at all: even a call without a fee needs one, which exists from the existential deposit on.',
    'Send TAO to the account that signs, for a hotkey without an account the existential deposit is enough; bittensor-cli wallet balance shows it.',
  ],
  Future: [
    'a transaction before this one is missing',
    'Its number (nonce) is ahead of what the account has sent.',
    'Send it again; nonces are counted anew then.',
  ],
  Stale: [
    'the number of the transaction is used already',
    'Another program has sent from the same account meanwhile.',
    'Send it again; nonces are counted anew then.',
  ],
  BadProof: [
    'the signature does not fit',
    'The chain has another genesis or runtime than the one that was signed for, or the era is over.',
    'Check the network, update your software, and send it again.',
  ],
  AncientBirthBlock: ['the transaction is too old', 'It was signed for blocks that have passed.', 'Send it again.'],
  ExhaustsResources: [
    'the block is full',
    'The call is too heavy for what is left of it.',
    'Try again in a few blocks.',
  ],
  BadMandatory: ['a part of the block is wrong', 'This is a bug of the chain.', 'Tell its operators.'],
  MandatoryValidation: ['this call cannot be sent by anyone', 'Only block builders make it.', 'Leave it to them.'],
  BadSigner: ['the signer is malformed', 'The address does not fit the signature.', 'Check the key that signs.'],
  IndeterminateImplicit: [
    'the chain could not finish the signed data',
    'An extension of the transaction needs something that is not there.',
    'Update your software.',
  ],
  UnknownOrigin: ['the sender is of an unknown kind', 'No rule says who may send this.', 'Sign it with an account.'],
  CannotLookup: [
    'an address was not found',
    'It is of a kind that this chain cannot look up.',
    'Give an ss58 address.',
  ],
  NoUnsignedValidator: ['this call must be signed', 'It came without a signature.', 'Sign it with an account.'],
  PriorityTooLow: [
    'another transaction has this place',
    'One with the same number (nonce) waits already, with the same tip or a higher one.',
    'Wait for it, or send again.',
  ],
  AlreadyImported: ['the pool has this transaction already', 'It was sent twice.', 'Wait for it.'],
  TemporarilyBanned: [
    'the pool refuses this transaction for a while',
    'It was found invalid a short time ago.',
    'Wait half an hour, or change something of it.',
  ],
  ImmediatelyDropped: ['the pool is full', 'Others with a higher priority fill it.', 'Try again later.'],
};

/** Refusals by Subtensor's own checks that no pallet error is named like. */
export const CUSTOM_ERRORS: ErrorTexts = {
  ColdkeyInSwapSchedule: [
    'the coldkey is about to be replaced',
    'Until then it may do nothing else.',
    'Carry the swap out when it is due, or call it off.',
  ],
  StakeAmountTooLow: ['the amount is too small', 'The chain has a least amount for staking.', 'Use a larger amount.'],
  BalanceTooLow: [
    'the balance is too small',
    'The amount and the fee together are more than the account has.',
    'Use a smaller amount, or send TAO to the account first.',
  ],
  HotkeyAccountDoesntExist: [
    'the chain does not know this hotkey',
    'It was never registered on any subnet.',
    'Register the hotkey first, or check the address.',
  ],
  RateLimitExceeded: [
    'this was done too recently',
    'The chain limits how often an account may do it.',
    'Wait some blocks and try again.',
  ],
  ZeroMaxAmount: [
    'nothing can be traded at the price that you allow',
    'The present price is worse than the limit.',
    'Choose a limit nearer to the price.',
  ],
  InvalidRevealRound: [
    'the round of the reveal is wrong',
    'It must lie in the future, as the subnet counts it.',
    'Commit again with the right round.',
  ],
  CommitNotFound: ['there is nothing to reveal', 'No such commitment was made.', 'Commit first.'],
  CommitBlockNotInRevealRange: [
    'the commitment cannot be revealed now',
    'It is too early or too late.',
    'Reveal in the epoch that the subnet foresees.',
  ],
  UidNotFound: ['there is no such neuron', 'The uid does not exist on this subnet.', 'Look it up in the metagraph.'],
  InvalidRealAccount: [
    'the sender may not act for this account',
    'The account that pays is not the one that is named.',
    'Check the proxy and the account.',
  ],
  FailedShieldedTxParsing: [
    'the hidden transaction cannot be read',
    'It was hidden for another version.',
    'Send it without the shield, or update your software.',
  ],
  InvalidShieldedTxPubKeyHash: [
    'the transaction was hidden with an old key',
    'The key of the shield changes often.',
    'Send it again.',
  ],
  BadRequest: ['the chain does not take this request', 'It gives no detail.', 'Check the arguments.'],
};
