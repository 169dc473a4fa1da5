import { isBittensorError, messageOf } from '../../../base/index.js';
import type { ChainClient, LocalStatus, Metagraph } from '../../../chain/index.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** Why there is no chain, and what to do. */
export function unreachedFinding(error: unknown, endpoint: string, isLocal: boolean): Finding {
  const code = isBittensorError(error) ? error.code : '';
  if (code === 'foreign_chain') {
    return problem('chain', messageOf(error), 'name the right endpoint with --subtensor.chain_endpoint');
  }
  const text = messageOf(error);
  if (!isLocal)
    return problem(
      'chain',
      text,
      'look at the address and at the way there (firewall, proxy), or name another endpoint',
    );
  const port = new URL(endpoint).port || '80';
  return warning(
    'chain',
    text,
    `bittensor-cli localnet start --port ${port} --detach, or start a neuron, which starts one`,
  );
}

export function chainFinding(client: ChainClient): Finding {
  const { chainName, endpoint, specVersion, isLocal } = client;
  const what = isLocal ? 'a local chain' : 'a network';
  return ok(
    'chain',
    `${chainName}, ${what}, at ${endpoint}: block ${client.headBlock()}, runtime version ${specVersion}`,
  );
}

/** What a local chain says of itself. */
export function localFindings(status: LocalStatus): Finding[] {
  const { blockTime, pid, ready, future, number, finalizedNumber, dataFolder, memoryBytes } = status;
  const findings: Finding[] = [];
  const memory = memoryBytes === undefined ? '' : `, ${Math.round(memoryBytes / 2 ** 20)} MiB of memory`;
  findings.push(ok('local chain', `process ${pid}, data in ${dataFolder}${memory}, ${ready} transactions ready`));
  if (blockTime === 'manual') {
    const remedy = 'bittensor-cli localnet mine makes one; localnet start --block_time 250 makes them by itself';
    findings.push(warning('local chain', 'it makes blocks on request only', remedy));
  }
  if (future > 0) {
    const remedy = 'send what they wait for (a lower nonce), or start the chain again to forget them';
    findings.push(warning('local chain', `${future} transactions wait for others`, remedy));
  }
  const behind = finalizedNumber === undefined ? 0 : number - finalizedNumber;
  if (behind > 100) {
    findings.push(warning('local chain', `${behind} blocks are not final`, 'look at --finality_lag of localnet start'));
  }
  return findings;
}

export interface MembershipFacts {
  readonly netuid: number;
  /** Undefined: there is no such subnet. */
  readonly metagraph: Metagraph | undefined;
  /** ss58; undefined where there is no hotkey. */
  readonly hotkey: string | undefined;
  readonly isLocal: boolean;
  readonly burnTao: number | undefined;
}

/** Registration, stake and permit. */
export function membershipFindings({ netuid, metagraph, hotkey, isLocal, burnTao }: MembershipFacts): Finding[] {
  if (!metagraph)
    return [problem('subnet', `there is no subnet ${netuid}`, 'bittensor-cli subnet list shows which there are')];
  const findings = [
    ok('subnet', `subnet ${netuid} has ${metagraph.n} neurons, an epoch each ${metagraph.tempo} blocks`),
  ];
  if (hotkey === undefined) return findings;
  const own = metagraph.byHotkey(hotkey);
  if (!own) {
    const text = `the hotkey is not registered on subnet ${netuid}`;
    const cost = burnTao === undefined ? '' : `, which costs ${burnTao} TAO now`;
    if (isLocal) return [...findings, ok('registration', `${text}; a neuron of a local chain registers itself`)];
    return [...findings, problem('registration', text, `bittensor-cli subnet register --netuid ${netuid}${cost}`)];
  }
  findings.push(ok('registration', `uid ${own.uid} on subnet ${netuid}`));
  const stakeTao = Number(own.stakeRao) / 1e9;
  if (own.validatorPermit) findings.push(ok('stake', `${stakeTao} staked, with a permit to validate`));
  else {
    const remedy = `a miner needs none; to validate: bittensor-cli stake add --netuid ${netuid}, and wait for an epoch`;
    findings.push(
      warning('stake', `${stakeTao} staked, without a permit: weights of this neuron are not taken`, remedy),
    );
  }
  return findings;
}
