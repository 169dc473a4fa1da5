import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../localnet/engine/codec.js';
import { openChain, temporaryFolder } from './fixture.js';
import { interfaceText } from './interface-text.js';

const PALLETS = ['SubtensorModule', 'AdminUtils'];

/** What the public chain has of this kind and we have not, and why. */
const MISSING: Record<string, string[]> = {
  // Subnets are stable: one alpha is one TAO, so there are no pools, prices, or flows of TAO.
  pools: [
    'storage SubnetMovingAlpha SubnetTaoProvided SubnetAlphaInProvided SubnetTaoFlow TaoFlowCutoff FlowNormExponent',
    'storage FlowEmaSmoothingFactor EMAPriceHalvingBlocks RootProp',
    'call AdminUtils.sudo_set_ema_price_halving_period AdminUtils.sudo_set_subnet_moving_alpha',
    'call AdminUtils.sudo_set_tao_flow_cutoff AdminUtils.sudo_set_tao_flow_normalization_exponent',
    'call AdminUtils.sudo_set_tao_flow_smoothing_factor',
    'const InitialEmaPriceHalvingPeriod',
  ],
  // What root stake earns becomes root stake at once: there is nothing to claim.
  rootClaims: [
    'storage PendingRootAlphaDivs RootClaimableThreshold RootClaimable RootClaimed',
    'storage StakingColdkeysByIndex StakingColdkeys NumStakingColdkeys NumRootClaim',
    'call SubtensorModule.claim_root SubtensorModule.set_root_claim_type SubtensorModule.sudo_set_num_root_claims',
    'call SubtensorModule.sudo_set_root_claim_threshold',
    'ev RootClaimed RootClaimTypeSet',
  ],
  timelockedWeights: [
    'storage TimelockedWeightCommits CRV3WeightCommits CRV3WeightCommitsV2',
    'call SubtensorModule.commit_timelocked_weights SubtensorModule.commit_timelocked_mechanism_weights',
    'call SubtensorModule.commit_crv3_mechanism_weights',
    'ev TimelockedWeightsCommitted TimelockedWeightsRevealed CRV3WeightsCommitted CRV3WeightsRevealed',
  ],
  leases: [
    'storage SubnetLeases SubnetLeaseShares SubnetUidToLeaseId NextSubnetLeaseId AccumulatedLeaseDividends',
    'call SubtensorModule.register_leased_network SubtensorModule.terminate_lease',
    'type SubnetLease',
    'ev SubnetLeaseCreated SubnetLeaseTerminated SubnetLeaseDividendsDistributed',
    'const LeaseDividendsDistributionInterval',
  ],
  votingPower: [
    'storage VotingPower VotingPowerTrackingEnabled VotingPowerDisableAtBlock VotingPowerEmaAlpha',
    'call SubtensorModule.enable_voting_power_tracking SubtensorModule.disable_voting_power_tracking',
    'call SubtensorModule.sudo_set_voting_power_ema_alpha',
    'ev VotingPowerTrackingEnabled VotingPowerTrackingDisableScheduled VotingPowerTrackingDisabled VotingPowerEmaAlphaSet',
  ],
  ethereum: [
    'storage AssociatedEvmAddress',
    'call SubtensorModule.associate_evm_key AdminUtils.sudo_set_evm_chain_id AdminUtils.sudo_toggle_evm_precompile',
    'ev EvmKeyAssociated',
  ],
  // A local chain has one author, who is fixed at genesis, and no finality gadget.
  authorities: ['call AdminUtils.swap_authorities AdminUtils.schedule_grandpa_change'],
  // Kept by the public chain for its past, or limits that a local chain has not.
  past: [
    'storage NextStakeJobId DissolveNetworkScheduleDuration LastHotkeyEmissionOnNetuid AlphaMapLastKey LargestLocked',
    'storage ValidatorPruneLen LoadedEmission LastTxBlockChildKeyTake LastColdkeyHotkeyStakeBlock HasMigrationRun',
    'storage StakingOperationRateLimiter NetworkRegistrationStartBlock WeightsVersionKeyRateLimit',
    'call SubtensorModule.schedule_swap_coldkey AdminUtils.sudo_set_dissolve_network_schedule_duration',
    'ev BulkNeuronsRegistered BulkBalancesSet ValidatorPruneLenSet ScalingLawPowerSet DelegateAdded Sudid',
    'ev AllBalanceUnstakedAndTransferredToNewColdkey ArbitrationPeriodExtended DissolveNetworkScheduled',
    'ev DissolveNetworkScheduleDurationSet',
  ],
  // Our defaults are those of the storage items, and genesis sets its own.
  initialValues: [
    'const InitialIssuance InitialMinAllowedWeights InitialEmissionValue InitialTempo InitialDifficulty InitialKappa',
    'const InitialMaxDifficulty InitialMinDifficulty InitialRAORecycledForRegistration InitialBurn InitialMaxBurn',
    'const InitialMinBurn MinBurnUpperBound MaxBurnLowerBound InitialAdjustmentInterval InitialBondsMovingAverage',
    'const InitialBondsPenalty InitialBondsResetOn InitialTargetRegistrationsPerInterval InitialRho',
    'const InitialAlphaSigmoidSteepness InitialMinAllowedUids InitialMaxAllowedUids InitialValidatorPruneLen',
    'const InitialScalingLawPower InitialImmunityPeriod InitialActivityCutoff InitialMaxRegistrationsPerBlock',
    'const InitialPruningScore InitialMaxAllowedValidators InitialDefaultDelegateTake InitialMinDelegateTake',
    'const InitialDefaultChildKeyTake InitialMinChildKeyTake InitialMaxChildKeyTake InitialWeightsVersionKey',
    'const InitialServingRateLimit InitialTxRateLimit InitialTxDelegateTakeRateLimit InitialTxChildKeyTakeRateLimit',
    'const InitialAdjustmentAlpha InitialNetworkImmunityPeriod InitialNetworkMinLockCost InitialSubnetOwnerCut',
    'const InitialNetworkLockReductionInterval InitialNetworkRateLimit AlphaHigh AlphaLow LiquidAlphaOn Yuma3On',
    'const InitialColdkeySwapAnnouncementDelay InitialColdkeySwapReannouncementDelay InitialTaoWeight',
    'const InitialDissolveNetworkScheduleDuration MaxImmuneUidsPercentage',
  ],
  // Neither clients nor owners use these.
  unused: [
    'storage CKBurn',
    'call AdminUtils.sudo_set_ck_burn AdminUtils.sudo_set_total_issuance AdminUtils.sudo_trim_to_max_allowed_uids',
  ],
};

/** What both have, but not the same. */
const DIFFERENT = [
  // One alpha is one TAO, here and in the average.
  'storage SubtensorModule.SubnetMovingPrice',
  // Nobody waits five days for a second swap on a local chain.
  'const SubtensorModule.HotkeySwapOnSubnetInterval',
];

function entries(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const [kind, name = '', ...rest] = line.split(' ');
    if (kind === 'api') {
      const [, api, signature] = /^api ([\w.]+)(.*)$/.exec(line)!;
      found.set(`api ${api}`, signature!);
    } else if (kind === 'storage') {
      found.set(`storage ${name}`, rest.join(' '));
    } else if (kind === 'call') {
      const [, pallet, index, call, text] = /^call (\w+)\[(\d+)]\.(\w+)(.*)$/.exec(line)!;
      found.set(`call ${pallet}.${call}`, `${index}${text}`);
    } else if (kind === 'type') {
      found.set(`type ${name}`, rest.slice(1).join(' '));
    } else if (kind === 'ev' || kind === 'err') {
      for (const [, one, text] of line.matchAll(/(\w+)(@\d+(?:\([^@]*\))?)(?= |$)/g)) {
        found.set(`${kind} ${name}.${one}`, text!);
      }
    } else if (kind === 'consts') {
      for (const [, one, text] of line.matchAll(/(\w+):(\S+=0x\w*)/g)) found.set(`const ${name}.${one}`, text!);
    }
  }
  return found;
}

/** Equal, or the public chain's text is cut where bytes follow. */
function isSame(theirs: string, ours: string): boolean {
  const isCut = /(0x|=)[0-9a-fx]{18,}$/.test(theirs);
  return ours === theirs || (isCut && ours.startsWith(theirs));
}

/** `storage A B` and `call P.c` as `storage SubtensorModule.A`, `storage SubtensorModule.B` and `call P.c`. */
function listed(lists: readonly string[]): string[] {
  return lists.flatMap(line => {
    const [kind, ...names] = line.split(' ');
    const isPath = (name: string) => kind === 'type' || name.includes('.');
    return names.map(name => `${kind} ${isPath(name) ? name : `SubtensorModule.${name}`}`);
  });
}

describe('the interface of the runtime, beside the public chain’s', () => {
  let theirs: Map<string, string>;
  let ours: Map<string, string>;
  beforeAll(() => {
    const file = fileURLToPath(new URL('../vectors/chain/subtensor-381.txt', import.meta.url));
    theirs = entries(readFileSync(file, 'utf8').split('\n'));
    using folder = temporaryFolder();
    using test = openChain(folder.path);
    const answer = new Reader(test.chain.runtime.constant('Metadata_metadata_at_version', Uint8Array.of(15, 0, 0, 0)));
    expect(answer.u8()).toBe(1);
    ours = entries(interfaceText(answer.vec(), PALLETS));
  });

  it('has the same indices, arguments, keys, values and shapes wherever it has the same name', () => {
    const different = [...theirs].filter(([name, text]) => ours.has(name) && !isSame(text, ours.get(name)!));
    expect(different.map(([name]) => name).toSorted()).toEqual(DIFFERENT.toSorted());
    expect(ours.size).toBeGreaterThan(400);
  });

  it('lacks nothing but what is listed', () => {
    const missing = [...theirs.keys()].filter(name => !ours.has(name));
    expect(missing.toSorted()).toEqual(listed(Object.values(MISSING).flat()).toSorted());
  });

  it('uses no number of the public chain for a call, event or error of another name', () => {
    const numbers = (all: Map<string, string>) =>
      new Map(
        [...all].flatMap(([name, text]) => {
          const [, number] = /@(\d+)/.exec(text) ?? [];
          const [kind, path] = name.split(' ');
          return number === undefined ? [] : [[`${kind} ${path!.split('.')[0]}@${number}`, name]];
        }),
      );
    const known = numbers(theirs);
    for (const [number, name] of numbers(ours)) expect(known.get(number) ?? name).toBe(name);
  });
});
