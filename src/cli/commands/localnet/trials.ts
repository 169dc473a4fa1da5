import type { Faults } from '../../../chain/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { withLocalChain } from './local-chain.js';
import { badArgument } from './parse.js';
import { say } from './say.js';
import type { faultSettings, targetSettings } from './settings.js';

/** Shows, sets or ends what makes the chain's connections fail. */
export const faults: Action<typeof faultSettings> = async ({ settings, signal }) => {
  const { drop, delay_ms: delayMs, cut_after_ms: cutAfterMs, refuse, cut, none } = settings;
  const wanted: Faults = {
    ...(drop === undefined ? {} : { drop }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(cutAfterMs === undefined ? {} : { cutAfterMs }),
    ...(refuse ? { refuse } : {}),
    ...(cut ? { cut } : {}),
  };
  const isAsking = Object.keys(wanted).length > 0;
  if (none && isAsking) throw badArgument('--none ends all faults: give it alone');
  const inForce = await withLocalChain(settings, signal, async chain => {
    if (none || isAsking) await chain.setFaults(none ? null : wanted);
    return chain.faults();
  });
  const lines = Object.entries(inForce ?? {}).map(([name, value]) => `  ${name}: ${String(value)}`);
  return say(
    { faults: inForce },
    lines.length === 0 ? ['No faults: connections work.'] : ['Faults in force:', ...lines],
  );
};

/** Asks the runtime whether what has to be true of its state is true. */
export const check: Action<typeof targetSettings> = async ({ settings, signal }) => {
  const { ok, problems } = await withLocalChain(settings, signal, chain => chain.checkInvariants());
  if (ok) return say({ ok, problems }, ['Everything holds that the runtime says has to be true.']);
  throw cliError('broken_invariant', `the chain's state breaks what has to be true: ${problems.join('; ')}`, {
    problems,
  });
};
