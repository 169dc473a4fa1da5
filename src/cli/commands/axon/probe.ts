import { fromHex } from '../../../base/index.js';
import { askForProbe, parseAddress, probeReachability } from '../../../net/index.js';
import { ready } from '../../../wallet/index.js';
import { cliError } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import type { probeRows } from './rows.js';

export const probe: Action<typeof probeRows> = async ({ args, settings, ui, signal }) => {
  await ready();
  const { hotkey, axon_port: port, timeout_ms: timeoutMs } = settings;
  if (hotkey === undefined || port === undefined) {
    throw cliError('usage', 'which axon is to be reached? Give --axon.port and --hotkey');
  }
  const peers = args.map(parseAddress);
  const publicKey = fromHex(hotkey);
  // The first peer tells what address this machine has for others.
  const first = await ui.busy(
    'asking peers',
    askForProbe(peers[0]!, { port, hotkey: publicKey }, { timeoutMs, signal }),
  );
  const announced = { host: first.address, port };
  const others = await probeReachability(peers.slice(1, 3), { announced, hotkey: publicKey }, { timeoutMs, signal });
  const answers = [{ peer: args[0]!, answer: first, problem: '' }, ...others.answers];
  const reached = answers.filter(({ answer }) => answer?.reachable).length;
  const at = `${announced.host}:${port}`;
  const text =
    reached > 0
      ? `${reached} of ${answers.length} peers reach the axon at ${at}.`
      : `No peer reaches the axon at ${at}: ${first.message}.`;
  return {
    json: {
      outcome: reached > 0 ? 'reachable' : 'unreachable',
      text,
      answers: answers.map(({ peer, answer, problem }) => ({
        peer,
        seenAddress: answer?.address ?? null,
        reachable: answer?.reachable ?? null,
        message: answer?.message ?? problem,
      })),
    },
    show: shown => shown.line(text),
  };
};
