import type { Network } from '../../chain/index.js';
import { cliError } from '../errors.js';

/** What decides whether a transaction may be signed without a question. */
export interface ConsentCase {
  /** Anything but a development chain of this machine. */
  readonly isAtStake: boolean;
  readonly isInteractive: boolean;
  readonly yes: boolean;
  readonly naming: Naming;
}

/** How the user named the network. */
export interface Naming {
  /** As typed: `finney`, `akatsuki`, or the default. */
  readonly typed: string;
  /** What resolved from it. */
  readonly name: string;
  /** The name of the network whose genesis this is; undefined for one without a name. */
  readonly present: string | undefined;
}

/**
 * Whether to ask before signing. On a chain of this machine without a terminal nobody needs to be asked. Where value is
 * at stake and nobody answers, `--yes` and the network's present name are needed. Errors: `needs_consent`, `old_name`.
 */
export function consentFor({ isAtStake, isInteractive, yes, naming }: ConsentCase): 'go' | 'ask' {
  if (!isAtStake) return isInteractive && !yes ? 'ask' : 'go';
  if (isInteractive && !yes) return 'ask';
  const { typed, name, present } = naming;
  if (present !== undefined && typed.trim().toLowerCase() !== present) {
    const isRenamed = name === present && typed !== name;
    const reason = isRenamed ? `${typed} is ${present} now` : `this is ${present}`;
    throw cliError(
      'old_name',
      `real value moves here: ${reason}; without a question the network must be named as such: --subtensor.network ${present}`,
      { typed, present },
    );
  }
  if (yes) return 'go';
  throw cliError(
    'needs_consent',
    `real value may move on ${present ?? name}: without a terminal to ask on, --yes says that it is meant`,
    { network: present ?? name },
  );
}

/** The name of the network with this first block, among those that have one. */
export function presentName(genesisHash: string, named: readonly Network[]): string | undefined {
  return named.find(network => network.genesisHash === genesisHash)?.name;
}

/** Where value is at stake, what is spent and where must be said: no standard value stands in for it. Error `usage`. */
export function checkMeant(isAtStake: boolean, given: Readonly<Record<string, boolean>>): void {
  if (!isAtStake) return;
  const missing = Object.keys(given).filter(flag => !given[flag]);
  if (missing.length === 0) return;
  throw cliError('usage', `real value moves here: say ${missing.map(flag => `--${flag}`).join(' and ')}`, { missing });
}
