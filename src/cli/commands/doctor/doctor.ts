import { abortingWith, messageOf } from '../../../base/index.js';
import { type ChainClient, connect, type Metagraph, openLocalChain, resolveNetwork } from '../../../chain/index.js';
import { isLoopback } from '../../../net/index.js';
import { locksFolder, runningNodes } from '../../../neuron/index.js';
import { openWallet, ready } from '../../../wallet/index.js';
import { EXIT } from '../../exit.js';
import type { Action, Result } from '../../frame/command.js';
import type { Ui } from '../../terminal/ui.js';
import {
  announcedFinding,
  ownAddresses,
  peerClocks,
  peersFinding,
  peersOf,
  portFinding,
  portState,
  reachabilityFinding,
} from './axon.js';
import { chainFinding, localFindings, membershipFindings, unreachedFinding } from './chain.js';
import { clockFindings } from './clock.js';
import type { doctorRows } from './command.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { lockFinding, walletFindings } from './keys.js';
import { machineFindings } from './machine.js';

type Input = Parameters<Action<typeof doctorRows>>[0];

/** Each question to the chain may take so long. */
const ASK_MS = 8_000;

/** Every part is looked at whatever the others find. */
export const doctor: Action<typeof doctorRows> = async input => {
  await ready();
  const findings = await input.ui.busy('looking', examine(input));
  return report(findings);
};

async function examine(input: Input): Promise<Finding[]> {
  const { settings, sources, signal } = input;
  const named = resolveNetwork(settings.subtensor_network);
  const { subtensor_chain_endpoint: endpoint } = settings;
  // At another address the network's first block stays what it must be.
  const network = endpoint === undefined ? named : { ...resolveNetwork(endpoint), genesisHash: named.genesisHash };
  const machine = attempt('machine', () => machineFindings(settings));
  const client = await connect({
    endpoints: network.endpoints,
    genesisHash: network.genesisHash,
    signal: within(signal),
  }).catch((error: unknown) => error);
  signal.throwIfAborted();
  const chain = isClient(client) ? client : undefined;
  // Where nothing answers at a local address, a neuron starts a local chain.
  const isLocal = chain?.isLocal ?? network.isLocal;
  try {
    const name = walletName(settings, sources.wallet_name, isLocal);
    const wallet = openWallet({ name, path: settings.wallet_path });
    const hotkey = settings.wallet_hotkey;
    const described = attempt('wallet', () => walletFindings({ describe: wallet.describe, name, hotkey, isLocal }));
    const address = quietly(() => wallet.hotkeyAddress(hotkey));
    const keys = [...(await described), ...present(lockFinding(locksFolder(), address))];
    const onChain = chain
      ? await attempt('chain', () => chainFindings(chain, input, address))
      : [unreachedFinding(client, network.endpoints[0]!, network.isLocal)];
    const nodes = await attempt('own nodes', () => nodeFindings(settings.data, signal));
    signal.throwIfAborted();
    return [...(await machine), ...keys, ...onChain, ...nodes];
  } finally {
    await chain?.close();
  }
}

async function chainFindings(client: ChainClient, input: Input, hotkey: string | undefined): Promise<Finding[]> {
  const { settings, signal } = input;
  const { netuid } = settings;
  const { isLocal } = client;
  const timing = { signal, timeoutMs: ASK_MS };
  const findings = [chainFinding(client)];
  if (isLocal) {
    const status = await openLocalChain(client.endpoint, timing).then(async local => {
      await using chain = local;
      return await chain.status(timing);
    });
    findings.push(...localFindings(status));
  }
  const exists = (await client.netuids(timing)).includes(netuid);
  const [metagraph, burnRao] = exists
    ? await Promise.all([client.metagraph(netuid, timing), client.burnRao(netuid, timing).catch(() => undefined)])
    : [undefined, undefined];
  const burnTao = burnRao === undefined ? undefined : Number(burnRao) / 1e9;
  findings.push(...membershipFindings({ netuid, metagraph, hotkey, isLocal, burnTao }));
  findings.push(...(await axonFindings(metagraph, input, hotkey, isLocal)));
  const peers = peersOf(metagraph, hotkey);
  const [chainMs, peersMs] = await Promise.all([timeOf(client, signal), peerClocks(peers, signal)]);
  if (metagraph) findings.push(peersFinding(peers.length, peersMs.length));
  findings.push(...clockFindings({ nowMs: Date.now(), chainMs, blockTimeMs: client.blockTimeMs, isLocal, peersMs }));
  return findings;
}

async function axonFindings(
  metagraph: Metagraph | undefined,
  { settings, signal }: Input,
  hotkey: string | undefined,
  isLocal: boolean,
): Promise<Finding[]> {
  const own = hotkey === undefined ? undefined : metagraph?.byHotkey(hotkey);
  const announced = own?.axon && { host: own.axon.ip, port: own.axon.port };
  const findings = own ? [announcedFinding({ announced, isLocal, own: ownAddresses() })] : [];
  // Behind a router the announced port may be another than the one of the axon; then --axon.port says which.
  const port = settings.axon_port || announced?.port;
  if (port === undefined) return findings;
  const state = await portState(port, hotkey, signal);
  findings.push(portFinding(port, state, announced?.port === port));
  const isOutside = announced !== undefined && !isLoopback(announced.host);
  if (state !== 'ours' || hotkey === undefined || !isOutside) return findings;
  return [...findings, await reachabilityFinding(peersOf(metagraph, hotkey), announced, hotkey, signal)];
}

/** What the nodes of this data folder say of themselves. */
async function nodeFindings(data: string, signal: AbortSignal): Promise<Finding[]> {
  const nodes = await runningNodes(data, { signal });
  if (nodes.length === 0) return [ok('own nodes', `no node runs that has its data in ${data}`)];
  return nodes.map(({ name, url, pid, problems }) => {
    if (url === undefined) return ok('own nodes', `node ${name} runs (process ${pid}) and shows nothing of itself`);
    const text = `node ${name} (${url})`;
    if (problems === undefined) return warning('own nodes', `${text} does not answer`, 'look at its log');
    const all = Object.values(problems);
    if (all.length === 0) return ok('own nodes', `${text} says that it is well`);
    return problem('own nodes', `${text} says: ${all.join('; ')}`, 'look at its log');
  });
}

/** The newest block's time, milliseconds since 1970. */
async function timeOf(client: ChainClient, signal: AbortSignal): Promise<number | undefined> {
  const [now] = await client.read([['Timestamp.Now']], { signal, timeoutMs: ASK_MS }).catch(() => [undefined]);
  const ms = Number(now);
  return now !== undefined && now !== null && ms > 0 ? ms : undefined;
}

/** As a neuron chooses: its own wallet on a local chain. */
function walletName({ wallet_name: name }: { wallet_name: string }, source: string, isLocal: boolean): string {
  return source === 'default' && isLocal ? 'local' : name;
}

async function attempt(check: string, look: () => Promise<Finding[]> | Finding[]): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [warning(check, `this could not be looked at: ${messageOf(error)}`, 'try again; --verbose tells more')];
  }
}

function report(findings: readonly Finding[]): Result {
  const states = findings.map(finding => finding.state);
  const worst = states.includes('problem') ? 'problem' : states.includes('warning') ? 'warning' : 'ok';
  return {
    json: { worst, findings },
    show: ui => show(ui, findings),
    exit: worst === 'problem' ? EXIT.failed : EXIT.ok,
  };
}

function show(ui: Ui, findings: readonly Finding[]): void {
  const { green, yellow, red } = ui.colors;
  const marks = { ok: green('ok      '), warning: yellow('warning '), problem: red('problem ') };
  for (const { check, state, text, remedy } of findings) {
    ui.line(`${marks[state]} ${check}: ${text}`);
    if (remedy !== undefined) ui.line(`           what to do: ${remedy}`);
  }
  const count = (state: Finding['state']) => findings.filter(finding => finding.state === state).length;
  ui.line(`${count('problem')} problems, ${count('warning')} warnings, ${count('ok')} well.`);
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isClient(value: unknown): value is ChainClient {
  return typeof value === 'object' && value !== null && 'metagraph' in value;
}

function within(signal: AbortSignal): AbortSignal {
  return abortingWith(signal, AbortSignal.timeout(2 * ASK_MS)).signal;
}
