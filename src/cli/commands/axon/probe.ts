import { messageOf, publicKeyOf } from '../../../base/index.js';
import { askForProbe, type ProbeAnswer, parseAddress, probeReachability } from '../../../net/index.js';
import { ready } from '../../../wallet/index.js';
import { cliError } from '../../errors.js';
import { EXIT } from '../../exit.js';
import type { Action } from '../../frame/command.js';
import type { probeRows } from './rows.js';

/** So many peers are asked. */
const PEERS = 3;

export const probe: Action<typeof probeRows> = async ({ args, settings, ui, signal }) => {
  await ready();
  const { hotkey, axon_port: port, timeout_ms: timeoutMs } = settings;
  if (hotkey === undefined || port === undefined) {
    throw cliError('usage', 'which axon is to be reached? Give --axon.port and --hotkey');
  }
  const peers = args.map(parseAddress);
  const publicKey = publicKeyOf(hotkey);
  // The first peer that answers tells what address this machine has for others.
  const asked = Math.min(PEERS, peers.length);
  const silent: { peer: string; answer: undefined; problem: string }[] = [];
  let first: ProbeAnswer | undefined;
  while (!first) {
    const at = silent.length;
    const answer = askForProbe(peers[at]!, { port, hotkey: publicKey }, { timeoutMs, signal });
    first = await ui.busy(
      'asking peers',
      answer.catch(error => {
        if (signal.aborted || at + 1 >= asked) throw error;
        silent.push({ peer: args[at]!, answer: undefined, problem: messageOf(error) });
        return undefined;
      }),
    );
  }
  const announced = { host: first.address, port };
  const next = silent.length + 1;
  const rest = peers.slice(next, asked);
  const others = await probeReachability(rest, { announced, hotkey: publicKey }, { timeoutMs, signal });
  const answers = [...silent, { peer: args[next - 1]!, answer: first, problem: '' }, ...others.answers];
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
    exit: reached > 0 ? EXIT.ok : EXIT.failed,
  };
};
