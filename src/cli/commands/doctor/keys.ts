import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { messageOf, plainReason, readHolder, systemCodeOf } from '../../../base/index.js';
import type { WalletDescription } from '../../../wallet/index.js';
import { type Finding, ok, problem, warning } from './finding.js';

export interface KeyFacts {
  readonly describe: () => WalletDescription;
  readonly name: string;
  readonly hotkey: string;
  /** A neuron of a local chain makes the keys that it lacks. */
  readonly isLocal: boolean;
}

/** The wallet's files, without opening one. */
export function walletFindings({ describe, name, hotkey, isLocal }: KeyFacts): Finding[] {
  let wallet: WalletDescription;
  try {
    wallet = describe();
  } catch (error) {
    const isForbidden = ['EACCES', 'EPERM'].includes(systemCodeOf(error) ?? '');
    const remedy = isForbidden ? GIVE_BACK : 'look at the folder; bittensor-cli wallet list shows what is there';
    return [problem('wallet', messageOf(error), remedy)];
  }
  const findings: Finding[] = [];
  const own = wallet.hotkeys.find(key => key.name === hotkey);
  if (!wallet.coldkey && wallet.hotkeys.length === 0) {
    const why = barrierTo(wallet.folder);
    if (why !== undefined) return [problem('wallet', `${wallet.folder} cannot be read: ${why}`, GIVE_BACK)];
    const text = `there is no wallet "${name}" (${wallet.folder})`;
    if (isLocal) return [ok('wallet', `${text}; a neuron of a local chain makes it by itself`)];
    return [problem('wallet', text, `bittensor-cli wallet create --wallet.name ${name}, or name another one`)];
  }
  if (!wallet.coldkey) {
    findings.push(
      warning(
        'coldkey',
        `wallet "${name}" has no coldkey here`,
        'a neuron runs without; to register or stake, bring it',
      ),
    );
  } else if (wallet.coldkey.form === 'unknown') {
    findings.push(damaged('coldkey', wallet.coldkey.file));
  } else {
    const isOpen = wallet.coldkey.form !== 'none' && !wallet.coldkey.encrypted;
    const text = `coldkey ${wallet.coldkey.address ?? '(its password tells the address)'}`;
    if (isOpen && !isLocal) {
      findings.push(
        warning('coldkey', `${text} lies unencrypted`, `bittensor-cli wallet set-password --wallet.name ${name}`),
      );
    } else {
      findings.push(ok('coldkey', `${text}${wallet.coldkey.form === 'none' ? ', its public part only' : ''}`));
    }
  }
  if (!own) {
    const text = `wallet "${name}" has no hotkey "${hotkey}"`;
    const remedy = `bittensor-cli wallet new-hotkey --wallet.name ${name} --wallet.hotkey ${hotkey}`;
    findings.push(
      isLocal ? ok('hotkey', `${text}; a neuron of a local chain makes it`) : problem('hotkey', text, remedy),
    );
  } else if (own.form === 'none') {
    findings.push(problem('hotkey', `of hotkey "${hotkey}" only the public part is here`, restore('hotkey')));
  } else if (own.form === 'unknown') {
    findings.push(damaged('hotkey', own.file));
  } else {
    const text = `hotkey "${hotkey}" ${own.address ?? ''}`.trim();
    if (own.encrypted) {
      const remedy = 'give it with --password-file where nobody sits at the terminal';
      findings.push(
        warning('hotkey', `${text} is encrypted: a neuron that starts by itself needs its password`, remedy),
      );
    } else {
      findings.push(ok('hotkey', text));
    }
    if (own.endorsement === 'bad') {
      const remedy = `bittensor-cli wallet endorse --wallet.name ${name} --wallet.hotkey ${hotkey}`;
      findings.push(warning('hotkey', 'its endorsement is not the word of this coldkey', remedy));
    }
  }
  const warnings = [...wallet.warnings, ...(wallet.coldkey?.warnings ?? []), ...(own?.warnings ?? [])];
  for (const text of warnings) {
    const [what, remedy = 'look at the file'] = text.split('; ');
    findings.push(warning('key files', what!, remedy));
  }
  return findings;
}

/** A key that is whole and belongs to another user is not to be made again. */
function damaged(check: 'coldkey' | 'hotkey', file: string): Finding {
  const why = barrierTo(file);
  if (why !== undefined) return problem(check, `${file} cannot be read: ${why}`, GIVE_BACK);
  return problem(check, `${file} is no key file`, restore(check));
}

function restore(key: 'coldkey' | 'hotkey'): string {
  return `put the key file back from a backup, or wallet regen-${key}`;
}

const GIVE_BACK = 'let it belong to the user who runs the neuron (chown): was something run with sudo?';

/** Why this user cannot read what is there; undefined where he can, or where nothing is. */
function barrierTo(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return systemCodeOf(error) === 'ENOENT' ? undefined : plainReason(error);
  }
}

/** Whether a neuron of this machine has the key in use; `address` is the hotkey's. */
export function lockFinding(locksFolder: string, address: string | undefined): Finding | undefined {
  if (address === undefined) return undefined;
  const path = join(locksFolder, `${address}.lock`);
  const why = barrierTo(path);
  if (why !== undefined) return problem('key lock', `${path} cannot be read: ${why}`, GIVE_BACK);
  const holder = readHolder(path);
  if (!holder) return ok('key lock', 'no neuron of this machine has the hotkey in use');
  return ok('key lock', `a neuron of this machine has the hotkey in use (process ${holder.pid})`);
}
