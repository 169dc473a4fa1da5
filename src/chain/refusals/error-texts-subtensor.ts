import type { ErrorTexts } from './error-texts.js';

/** Errors of the pallet SubtensorModule, of our runtime and of upstream's spec 381. */
export const SUBTENSOR_ERRORS: ErrorTexts = {
  RootNetworkDoesNotExist: [
    'the chain has no root network',
    'Subnet 0 is missing, so the chain was not set up completely.',
    'Use another chain, or start the local one afresh.',
  ],
  InvalidIpType: [
    'the address type is neither 4 nor 6',
    'An axon is announced with an IPv4 or an IPv6 address, and says which.',
    'Announce it again with ip_type 4 or 6; this client sets it by itself.',
  ],
  InvalidIpAddress: [
    'this address cannot be announced',
    'Loopback, broadcast and other addresses that nobody could reach are refused, and so is one that does not fit its type.',
    'Give the address under which others reach this machine (external_ip).',
  ],
  InvalidPort: [
    'port 0 cannot be announced',
    'Others could not connect to it.',
    'Give the port on which the axon listens, 1 to 65535.',
  ],
  HotKeyNotRegisteredInSubNet: [
    'the hotkey is not registered on this subnet',
    'It was never registered there, or newer neurons have pushed it out.',
    'Register it: bittensor-cli subnet register --netuid N. Check the netuid and the network, too.',
  ],
  HotKeyAccountNotExists: [
    'the chain does not know this hotkey',
    'Stake needs a hotkey that was registered on some subnet at least once.',
    'Register the hotkey first, or check the address for a mistake.',
  ],
  HotKeyNotRegisteredInNetwork: [
    'the hotkey is not a neuron on this network',
    'Only neurons may announce an axon.',
    'Register the hotkey on the subnet first: bittensor-cli subnet register --netuid N.',
  ],
  NonAssociatedColdKey: [
    'the hotkey belongs to another coldkey',
    'A hotkey is bound to the coldkey that registered it first, and only that one may act for it.',
    'Sign with the coldkey that owns the hotkey, or use a new hotkey.',
  ],
  NotEnoughStake: [
    'the stake is too small for this',
    'The action needs more stake on the hotkey than there is.',
    'Add stake: bittensor-cli stake add.',
  ],
  NotEnoughStakeToWithdraw: [
    'there is less stake than was asked back',
    'The coldkey has not that much on this hotkey in this subnet.',
    'See what there is with bittensor-cli stake list, and take back that much or --all.',
  ],
  NotEnoughStakeToSetWeights: [
    'the stake is below the threshold for setting weights',
    "The subnet's validators need a least stake before their weights count.",
    'Add stake to the hotkey: bittensor-cli stake add.',
  ],
  NotEnoughStakeToSetChildkeys: [
    'the stake is below the threshold for child keys',
    'Only hotkeys with enough stake may delegate it to children.',
    'Add stake to the parent hotkey first.',
  ],
  NotEnoughBalanceToStake: [
    'the coldkey has too little free TAO',
    'The amount, the fee and the existential deposit together are more than the free balance.',
    'Stake less, or send TAO to the coldkey: bittensor-cli wallet balance shows it.',
  ],
  BalanceWithdrawalError: [
    'the amount could not be taken from the balance',
    'The coldkey would be left with less than an account needs, or part of its balance is frozen.',
    'Use a smaller amount, and leave a little for fees.',
  ],
  ZeroBalanceAfterWithdrawn: [
    'nothing would be left on the coldkey',
    'An account must keep the existential deposit.',
    'Use a slightly smaller amount.',
  ],
  NeuronNoValidatorPermit: [
    'the neuron may not set weights for others',
    'Only the neurons with the most stake get a validator permit, and it is given at the next epoch.',
    'Add stake to the hotkey and wait for an epoch; without a permit a neuron may only weigh itself.',
  ],
  WeightVecNotEqualSize: [
    'there are not as many weights as uids',
    'Each uid needs exactly one weight.',
    'Give two lists of the same length.',
  ],
  DuplicateUids: ['a uid appears twice', 'Each neuron can have one weight only.', 'Name every uid once.'],
  UidVecContainInvalidOne: [
    'one of the uids does not exist',
    'The subnet has fewer neurons than the largest uid says.',
    'Look at the uids with bittensor-cli metagraph --netuid N.',
  ],
  WeightVecLengthIsLow: [
    'there are too few weights',
    'The subnet wants weights for a least number of neurons (min_allowed_weights).',
    'Give weights for more uids; the number is in bittensor-cli subnet hyperparameters.',
  ],
  TooManyRegistrationsThisBlock: [
    'this block is full of registrations',
    'A subnet takes a few registrations per block only.',
    'Try again in the next block.',
  ],
  HotKeyAlreadyRegisteredInSubNet: [
    'the hotkey is registered on this subnet already',
    'A hotkey can have one neuron per subnet.',
    'Nothing is to be done; bittensor-cli wallet overview shows its uid. Use another hotkey for a second neuron.',
  ],
  NewHotKeyIsSameWithOld: [
    'the new hotkey is the old one',
    'A hotkey can only be replaced by another.',
    'Name a different new hotkey.',
  ],
  InvalidWorkBlock: [
    'the work is for a block that is too old, or not there yet',
    'Proof of work counts for the last few blocks only.',
    'Solve again with a fresh block; a slow machine may need a lower difficulty or burned TAO instead.',
  ],
  InvalidDifficulty: [
    'the work is less than the difficulty wants',
    'The difficulty has gone up since the work began, or the work is for another subnet.',
    'Solve again with the present difficulty.',
  ],
  InvalidSeal: [
    'the work does not match what it is for',
    'The seal was made for another block, hotkey or nonce, or it was used before.',
    'Solve again; work cannot be used twice.',
  ],
  MaxWeightExceeded: [
    'one weight is too large',
    'The subnet limits the share of a single weight (max_weights_limit).',
    'Spread the weights over more uids.',
  ],
  HotKeyAlreadyDelegate: ['the hotkey is a delegate already', 'It can become one only once.', 'Nothing is to be done.'],
  SettingWeightsTooFast: [
    'weights were set too recently',
    'A neuron may set weights once in so many blocks (weights_rate_limit), also counted from its registration.',
    'Wait; bittensor-cli subnet hyperparameters shows the number of blocks.',
  ],
  IncorrectWeightVersionKey: [
    'the version key is too low',
    "The subnet's owner asks for weights made by newer software (weights_version).",
    'Update your software, or give the version key that the subnet asks for.',
  ],
  ServingRateLimitExceeded: [
    'the axon was announced too recently',
    'An address may change once in so many blocks (serving_rate_limit).',
    'Wait some blocks and announce it again.',
  ],
  UidsLengthExceedUidsInSubNet: [
    'there are more uids than neurons',
    'The list names more neurons than the subnet has.',
    'Look at the uids with bittensor-cli metagraph --netuid N.',
  ],
  NetworkTxRateLimitExceeded: [
    'a subnet was created too recently',
    'New subnets are allowed only once in so many blocks.',
    'Wait and try again.',
  ],
  DelegateTxRateLimitExceeded: [
    'the take was changed too recently',
    'A delegate may raise its take once in so many blocks.',
    'Wait and try again.',
  ],
  HotKeySetTxRateLimitExceeded: [
    'the hotkey was changed too recently',
    'A coldkey may swap hotkeys once in so many blocks.',
    'Wait and try again.',
  ],
  StakingRateLimitExceeded: [
    'stake was changed too often',
    'The chain limits staking operations of an account.',
    'Wait some blocks and try again.',
  ],
  SubNetRegistrationDisabled: [
    'the subnet takes no registrations of this kind',
    'Its owner has switched registration off, by burned TAO or by work.',
    'Try the other way of registering, or another subnet: bittensor-cli subnet list.',
  ],
  TooManyRegistrationsThisInterval: [
    'the subnet has taken enough registrations for now',
    'It takes three times its target per interval at most.',
    'Wait for the next interval (adjustment_interval blocks); the price falls meanwhile.',
  ],
  TransactorAccountShouldBeHotKey: [
    'the hotkey must sign this itself',
    'Another key has signed.',
    'Sign with the hotkey that is to be registered.',
  ],
  FaucetDisabled: [
    'the chain has no faucet',
    'Only development chains give TAO away.',
    'On the local chain use bittensor-cli localnet fund; elsewhere TAO must be bought or earned.',
  ],
  NotSubnetOwner: [
    'the coldkey does not own this subnet',
    'Only the owner may change it.',
    "Sign with the owner's coldkey; bittensor-cli subnet show names it.",
  ],
  RegistrationNotPermittedOnRootSubnet: [
    'the root network takes no registrations of this kind',
    'Subnet 0 has its own way of joining, by stake.',
    'Name another netuid, or use the root registration.',
  ],
  StakeTooLowForRoot: [
    'the stake is too low for the root network',
    'It is full, and the newcomer has less stake than its poorest member.',
    'Add stake on subnet 0 first.',
  ],
  AllNetworksInImmunity: [
    'no subnet can give way to a new one',
    'There are as many as there may be, and all are too young to be removed.',
    'Wait until the oldest is no longer immune.',
  ],
  NotEnoughBalanceToPaySwapHotKey: [
    'the balance does not cover the price of a hotkey swap',
    'Replacing a hotkey costs TAO.',
    'Send TAO to the coldkey first.',
  ],
  NotRootSubnet: ['only the root network allows this', 'Another netuid was named.', 'Name netuid 0.'],
  CanNotSetRootNetworkWeights: [
    'the root network has no weights',
    'Weights are set on subnets only.',
    'Name another netuid.',
  ],
  NoNeuronIdAvailable: [
    'the subnet has no uid to give',
    'It is full, and all its neurons are immune.',
    'Wait until a neuron has lost its immunity (immunity_period blocks), or take another subnet.',
  ],
  DelegateTakeTooLow: ['the take is too low', 'The chain has a least take.', 'Choose a higher take.'],
  DelegateTakeTooHigh: [
    'the take is too high',
    'The chain has a largest take, 18 % by default.',
    'Choose a lower take.',
  ],
  NoWeightsCommitFound: [
    'there is nothing to reveal',
    'This hotkey has not committed to weights on this subnet, or has revealed them already.',
    'Commit first; check the hotkey and the netuid.',
  ],
  InvalidRevealCommitHashNotMatch: [
    'what is revealed is not what was committed',
    'Uids, weights, salt or version key differ from those of the commitment.',
    'Reveal exactly what was committed.',
  ],
  CommitRevealEnabled: [
    'the subnet wants weights committed first',
    'Weights are hidden until a later epoch there, so they cannot be set directly.',
    'Commit to the weights, and reveal them when it is time.',
  ],
  CommitRevealDisabled: [
    'the subnet does not use commitments',
    'Weights are set directly there.',
    'Set the weights: bittensor-cli weights set.',
  ],
  LiquidAlphaDisabled: [
    'the subnet does not use liquid alpha',
    'Its two alphas can only be set when that is on.',
    'The owner switches liquid alpha on first.',
  ],
  AlphaHighTooLow: ['the upper alpha is too low', 'It has a lower bound.', 'Choose a higher one.'],
  AlphaLowOutOfRange: [
    'the lower alpha is out of range',
    'It must be above its bound and not above the upper alpha.',
    'Choose another one.',
  ],
  ColdKeyAlreadyAssociated: [
    'the new coldkey is in use',
    'A coldkey can only be replaced by one that has nothing yet.',
    'Make a new coldkey.',
  ],
  NotEnoughBalanceToPaySwapColdKey: [
    'the balance does not cover the price of a coldkey swap',
    'Replacing a coldkey costs TAO.',
    'Send TAO to the coldkey first.',
  ],
  InvalidChild: ['this child key is not allowed', 'A hotkey cannot be its own child.', 'Name another hotkey.'],
  DuplicateChild: ['a child key appears twice', 'Each child has one share.', 'Name every child once.'],
  ProportionOverflow: [
    'the shares add up to more than all',
    'A hotkey can give away its whole stake and no more.',
    'Choose smaller shares.',
  ],
  TooManyChildren: ['there are too many child keys', 'A hotkey may have five.', 'Name fewer.'],
  TxRateLimitExceeded: [
    'such a transaction was sent too recently',
    'The chain limits how often an account may do this.',
    'Wait some blocks and try again.',
  ],
  ColdkeySwapAnnouncementNotFound: [
    'no coldkey swap was announced',
    'A coldkey is replaced in two steps: announced first, carried out later.',
    'Announce the swap first.',
  ],
  ColdkeySwapTooEarly: [
    'the announced coldkey swap is not due yet',
    'There are some days between the announcement and the swap, so that its owner can stop a thief.',
    'Wait until the delay has passed.',
  ],
  ColdkeySwapReannouncedTooEarly: [
    'the coldkey swap was announced too recently',
    'Another announcement has to wait.',
    'Wait until the delay has passed.',
  ],
  AnnouncedColdkeyHashDoesNotMatch: [
    'this is not the announced coldkey',
    'The hash of the new coldkey differs from the announced one.',
    'Name the coldkey that was announced. If you did not announce one, your key may be stolen: dispute the swap.',
  ],
  ColdkeySwapAlreadyDisputed: [
    'the coldkey swap is disputed already',
    'It rests until root has decided.',
    'Wait for the decision.',
  ],
  NewColdKeyIsHotkey: ['the new coldkey is a hotkey', 'A key cannot be both.', 'Make a new coldkey.'],
  InvalidChildkeyTake: [
    "the child's take is out of range",
    'It must lie between the least and the largest.',
    'Choose another take.',
  ],
  TxChildkeyTakeRateLimitExceeded: [
    "the child's take was changed too recently",
    'It may be raised once in so many blocks.',
    'Wait and try again.',
  ],
  InvalidIdentity: ['the identity is malformed or too long', 'Each text has a largest length.', 'Shorten the texts.'],
  MechanismDoesNotExist: [
    'the subnet has no such mechanism',
    'Most subnets have one set of weights, number 0.',
    'Name a mechanism that exists.',
  ],
  CannotUnstakeLock: [
    'the stake is locked',
    'It cannot be taken back before its lock ends.',
    'Wait, or take back less.',
  ],
  SubnetNotExists: [
    'there is no such subnet',
    'The netuid is wrong, or the subnet was dissolved.',
    'See which there are: bittensor-cli subnet list.',
  ],
  TooManyUnrevealedCommits: [
    'too many commitments wait to be revealed',
    'A hotkey may have a few open at a time.',
    'Reveal the old ones, or wait until they expire.',
  ],
  ExpiredWeightCommit: [
    'the commitment has expired',
    'Weights must be revealed in a certain epoch after they were committed.',
    'Commit again, and reveal in time.',
  ],
  RevealTooEarly: [
    'the commitment cannot be revealed yet',
    'Weights are revealed some epochs after they were committed (commit_reveal_period).',
    'Wait for that epoch.',
  ],
  InputLengthsUnequal: [
    'the lists differ in length',
    'They belong together element by element.',
    'Give lists of one length.',
  ],
  CommittingWeightsTooFast: [
    'weights were committed too recently',
    'A neuron may commit once in so many blocks (weights_rate_limit).',
    'Wait and try again.',
  ],
  AmountTooLow: [
    'the amount is too small',
    'The chain has a least amount for staking, which must also leave something after fees.',
    'Use a larger amount.',
  ],
  InsufficientLiquidity: [
    "the subnet's pool is too small for this amount",
    'A trade cannot take more than the pool holds.',
    'Trade less.',
  ],
  SlippageTooHigh: [
    'the price would move further than you allow',
    'The amount is large for the pool, or the price has changed meanwhile.',
    'Trade less, allow a partial trade, or accept a worse price.',
  ],
  TransferDisallowed: [
    'the subnet does not allow transfers of stake',
    'Its owner has switched them off.',
    'Take the stake back and send TAO instead.',
  ],
  ActivityCutoffTooLow: [
    'the activity cutoff is too low',
    'It has a lower bound.',
    'Choose a larger number of blocks.',
  ],
  CallDisabled: ['the call is switched off', 'The chain does not take it at present.', 'Try later, or another way.'],
  FirstEmissionBlockNumberAlreadySet: [
    'the subnet is open already',
    'It can be started only once.',
    'Nothing is to be done.',
  ],
  NeedWaitingMoreBlocksToStarCall: [
    'the subnet is too young to be started',
    'So many blocks must pass between its creation and its start.',
    'Wait and run bittensor-cli subnet start --netuid N again.',
  ],
  NotEnoughAlphaOutToRecycle: [
    'there is not that much alpha to recycle',
    'The subnet has less alpha in circulation.',
    'Use a smaller amount.',
  ],
  CannotBurnOrRecycleOnRootSubnet: [
    "the root network's stake cannot be burned or recycled",
    'Stake there is TAO.',
    'Name another netuid.',
  ],
  UnableToRecoverPublicKey: [
    'the signature gives no public key',
    'The EVM signature is malformed.',
    'Sign the message again with the EVM key.',
  ],
  InvalidRecoveredPublicKey: [
    'the signature is of another key',
    'The EVM key that signed is not the one that was named.',
    'Sign with the EVM key that is to be associated.',
  ],
  SubtokenDisabled: [
    'the subnet is not open for staking yet',
    'Its owner has not started it (start_call).',
    'Wait for its start; an owner runs bittensor-cli subnet start --netuid N.',
  ],
  HotKeySwapOnSubnetIntervalNotPassed: [
    'the hotkey was swapped on this subnet too recently',
    'It may be replaced there once in so many blocks.',
    'Wait and try again.',
  ],
  ZeroMaxStakeAmount: [
    'nothing can be traded at the price that you allow',
    'The present price is worse than the limit.',
    'Choose a limit nearer to the price: bittensor-cli subnet show.',
  ],
  SameNetuid: ['origin and destination are the same', 'Nothing would move.', 'Name two different subnets.'],
  InsufficientBalance: [
    'the balance is too small',
    'The amount is more than the coldkey can spend.',
    'Send TAO to the coldkey, or use a smaller amount.',
  ],
  StakingOperationRateLimitExceeded: [
    'stake was changed in this block already',
    'One operation per coldkey, hotkey and subnet is allowed in a block.',
    'Try again in the next block.',
  ],
  InvalidLeaseBeneficiary: [
    'this account cannot be the beneficiary of the lease',
    'Only the creator of the crowdloan can.',
    "Sign with the creator's key.",
  ],
  LeaseCannotEndInThePast: [
    'the lease would end in the past',
    'Its end is a block that has passed.',
    'Choose a later block.',
  ],
  LeaseNetuidNotFound: [
    'the leased subnet was not found',
    'The subnet of the lease could not be created.',
    'Try again; look at the subnets with bittensor-cli subnet list.',
  ],
  LeaseDoesNotExist: ['there is no such lease', 'Its number is wrong, or it has ended.', 'Check the number.'],
  LeaseHasNoEndBlock: ['the lease has no end', 'It lasts for ever and cannot be terminated.', 'Nothing can be done.'],
  LeaseHasNotEnded: ['the lease has not ended', 'It can be terminated after its last block.', 'Wait for that block.'],
  Overflow: [
    'a number would become too large',
    'The amount is beyond what the chain can count.',
    'Use a smaller amount.',
  ],
  BeneficiaryDoesNotOwnHotkey: [
    'the beneficiary does not own the hotkey',
    "The subnet's new hotkey must be the beneficiary's own.",
    'Name a hotkey of that coldkey.',
  ],
  ExpectedBeneficiaryOrigin: [
    'only the beneficiary may do this',
    'Another account has signed.',
    "Sign with the beneficiary's coldkey.",
  ],
  AdminActionProhibitedDuringWeightsWindow: [
    'settings are frozen shortly before an epoch',
    'So nobody can change the rules right before weights are counted.',
    'Try again after the epoch.',
  ],
  SymbolDoesNotExist: ['there is no such symbol', 'Tokens use the symbols of a fixed list.', 'Choose another one.'],
  SymbolAlreadyInUse: ['another subnet has this symbol', 'Each symbol belongs to one subnet.', 'Choose another one.'],
  IncorrectCommitRevealVersion: [
    'the commitment is of another version',
    'The chain expects commitments of a newer or older kind.',
    'Update your software.',
  ],
  RevealPeriodTooLarge: ['the reveal period is too long', 'It has an upper bound.', 'Choose fewer epochs.'],
  RevealPeriodTooSmall: ['the reveal period is too short', 'It has a lower bound.', 'Choose more epochs.'],
  InvalidValue: ['the value is out of range', 'The setting has bounds.', 'Choose another value.'],
  SubnetLimitReached: [
    'there are as many subnets as there may be',
    'None can give way to a new one at present.',
    'Wait until one is dissolved.',
  ],
  CannotAffordLockCost: [
    'the balance does not cover the price of a subnet',
    'Creating one locks TAO; the price rises with each new subnet and falls with time.',
    'Send TAO to the coldkey, or wait for a lower price.',
  ],
  EvmKeyAssociateRateLimitExceeded: [
    'the EVM key was associated too recently',
    'A hotkey may change its EVM key once in so many blocks.',
    'Wait and try again.',
  ],
  SameAutoStakeHotkeyAlreadySet: [
    'the incentive goes to this hotkey already',
    'Nothing would change.',
    'Nothing is to be done.',
  ],
  UidMapCouldNotBeCleared: [
    'the uids could not be renumbered',
    'The chain could not clear its map of uids in one go.',
    'Try again; tell the operators of the chain if it stays so.',
  ],
  TrimmingWouldExceedMaxImmunePercentage: [
    'too many of the remaining neurons would be immune',
    'Trimming removes only neurons that are not.',
    'Wait until fewer are immune, or trim less.',
  ],
  ChildParentInconsistency: [
    'a key cannot be parent and child of another',
    'The two are related the other way round already.',
    'Remove the old relation first.',
  ],
  InvalidNumRootClaim: ['the number of root claims is out of range', 'It has bounds.', 'Choose another number.'],
  InvalidRootClaimThreshold: ['the root claim threshold is out of range', 'It has bounds.', 'Choose another value.'],
  InvalidSubnetNumber: [
    'the number of subnets is out of range',
    'The list names none, or too many.',
    'Name one to five subnets.',
  ],
  TooManyUIDsPerMechanism: [
    'the subnet has too many neurons for so many mechanisms',
    'Neurons times mechanisms have an upper bound.',
    'Lower one of the two.',
  ],
  VotingPowerTrackingNotEnabled: [
    'voting power is not tracked on this subnet',
    'Its owner has not switched that on.',
    'The owner switches it on first.',
  ],
  InvalidVotingPowerEmaAlpha: [
    'the smoothing factor is out of range',
    'It is a share of one.',
    'Choose a value between 0 and 1 (10^18).',
  ],
  PrecisionLoss: [
    'the amount cannot be represented exactly',
    'It is so small that nothing of it would arrive.',
    'Use a larger amount.',
  ],
  Deprecated: ['the call is gone', 'This version of the chain does not take it any more.', 'Update your software.'],
  AddStakeBurnRateLimitExceeded: [
    'stake was added and burned too recently',
    'That is allowed once in so many blocks.',
    'Wait and try again.',
  ],
  ColdkeySwapAnnounced: [
    'the coldkey is about to be replaced',
    'Since its swap was announced it may do nothing else, so that a thief cannot empty it.',
    'Carry the swap out when it is due, or call it off. If you did not announce it, dispute it at once.',
  ],
  ColdkeySwapDisputed: [
    "the coldkey's swap is disputed",
    'It may do nothing until root has decided.',
    'Wait for the decision.',
  ],
  ColdkeySwapClearTooEarly: [
    'the announced swap cannot be called off yet',
    'That is possible when it could be announced again.',
    'Wait until the delay has passed.',
  ],
  RegistrationPriceLimitExceeded: [
    'registering costs more than you allow',
    'The price rises with each registration and falls with time.',
    'Wait for a lower price, or allow a higher one (--max-cost).',
  ],
  TempoOutOfBounds: [
    'there would be too few or too many blocks between two epochs',
    'The tempo has bounds.',
    'Choose another tempo.',
  ],
  ActivityCutoffFactorMilliOutOfBounds: [
    'the activity cutoff is out of bounds',
    'It is a multiple of the tempo, in thousandths, and has bounds.',
    'Choose another one.',
  ],
  EpochTriggerAlreadyPending: [
    'an epoch before its time is due already',
    'One can be asked for at a time.',
    'Wait for it.',
  ],
  AutoEpochAlreadyImminent: [
    'the next epoch comes soon anyway',
    'One cannot be asked for shortly before.',
    'Wait for it.',
  ],
  DynamicTempoBlockedByCommitReveal: [
    'epochs keep their time where weights are committed',
    'Committed weights are revealed at foreseen epochs.',
    'Switch commitments off first, or leave the tempo.',
  ],
};
