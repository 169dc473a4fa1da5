import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serveMetrics } from '../../../localnet/engine/metrics.js';
import { createMetrics, packagePath, pollUntil, silentLog } from '../../../src/base/index.js';
import type { ChainClient, Metagraph, Neuron } from '../../../src/chain/index.js';
import { watchChain } from '../../../src/neuron/observe/chain-metrics.js';
import { axonMetrics, dendriteMetrics } from '../../../src/neuron/observe/net-metrics.js';
import { watchPeers } from '../../../src/neuron/observe/peer-metrics.js';
import { StatusBoard } from '../../../src/neuron/observe/status.js';
import { watchTraining, watchWeights } from '../../../src/neuron/observe/training-metrics.js';

const HOTKEY = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const PEER = `0x${'ab'.repeat(32)}`;

/** A node that has done a little of everything. */
async function busyNode() {
  const metrics = await createMetrics({ role: 'miner', hotkey: HOTKEY });
  const status = new StatusBoard({
    ...{ role: 'miner', neuron: 'mnist', name: 'default', hotkey: HOTKEY, version: '0' },
    network: { name: 'Local' },
  });
  const axon = axonMetrics(metrics);
  axon.onServed({ kind: 'forward', code: 'Success', bytesIn: 10, bytesOut: 20, tookMs: 30 });
  axon.onServed({ kind: 'backward', code: 'NucleusFull', bytesIn: 0, bytesOut: 2, tookMs: 1 });
  axon.watch({
    stats: () => ({
      ...{ requests: 2, codes: {}, bytesIn: 10, bytesOut: 22, active: 1, computing: 2, waiting: 3, abandoned: 4 },
      ...{ connections: 5, drops: { 'too many': 6 }, peers: new Map() },
    }),
  });
  const dendrite = dendriteMetrics(metrics);
  const reply = { message: '', tensors: [], parameterVersion: 0, bytesIn: 1, bytesOut: 2 };
  const peer = { hotkey: PEER, host: '127.0.0.1', port: 8091 };
  dendrite.onReply('forward', peer, { ...reply, code: 'Success', elapsedMs: 40 });
  dendrite.onReply('forward', peer, { ...reply, code: 'Timeout', elapsedMs: 99 });
  watchPeers(metrics, status, {
    directory: { peers: () => [{ ...peer, uid: 3 }], synapseCount: () => 2 },
    health: { usable: peers => peers, isLost: () => false },
    dendrite,
    scores: () => ({ [PEER]: 0.75 }),
  });
  const neuron = {
    ...{ uid: 7, stakeRao: 5_000_000_000n, emissionRao: 1_000_000_000n, rank: 0.1, trust: 0.2, consensus: 0.3 },
    ...{ incentive: 0.4, dividends: 0.5, lastUpdate: 90, validatorPermit: true },
  } as Neuron;
  const metagraph = { n: 4, block: 100, token: 'TAO', byHotkey: () => neuron } as unknown as Metagraph;
  const stop = new AbortController();
  const client = {
    ...{
      blockTimeMs: 12_000,
      endpoint: 'ws://127.0.0.1:9944',
      connectionState: { isConnected: true, reconnections: 2 },
    },
    headBlock: () => 100,
    newestBlock: async () => ({ number: 103, hash: '0x00' }),
    onBlock: () => () => {},
    onMetagraph: (_: number, tell: (metagraph: Metagraph) => void) => {
      tell(metagraph);
      return () => {};
    },
  } as Pick<
    ChainClient,
    'connectionState' | 'blockTimeMs' | 'headBlock' | 'newestBlock' | 'onBlock' | 'onMetagraph' | 'endpoint'
  >;
  watchChain(metrics, status, { client, netuid: 1, hotkey: HOTKEY, log: silentLog, signal: stop.signal });
  // The newest block is asked for in the background.
  await new Promise(resolve => setImmediate(resolve));
  const training = watchTraining(metrics, status, { learns: true });
  training.step({
    ...{ step: 5, epoch: 1, batch: 0, seen: 0, total: 64, lastOfEpoch: true, loss: 3 },
    ...{ localLoss: 1, targetLoss: 1.5, distillationLoss: 0.5, scores: {}, skipped: true },
  });
  const worth = { loss: 1, accuracy: 0.9, correct: 9 };
  training.test({ count: 10, network: worth, local: worth });
  training.learntFromCallers(3);
  training.saved(true);
  watchWeights(metrics, status)({ block: 90, state: 'set', uids: [3], values: [65_535] });
  // The delay of the event loop is known two of its ticks of 20 ms after it was last asked for, which begins it anew.
  const text = await pollUntil('the delay of the event loop', { withinMs: 30_000, everyMs: 100 }, async () => {
    const now = await metrics.text();
    return now.includes('bittensor_event_loop_lag_seconds{') ? now : undefined;
  });
  stop.abort();
  metrics.close();
  return { text, status: status.get() };
}

async function localChain(): Promise<string> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  const told = { number: 3, finalizedNumber: 2, blocks: 3, extrinsics: 4, ready: 1, future: 0 };
  const request = async () => `"result":${JSON.stringify(told)}`;
  const server = await serveMetrics({ host: '127.0.0.1', port: 0, dataFolder, request, clients: () => 1 });
  const text = await (await fetch(`${server.url}/metrics`)).text();
  await server.stop();
  rmSync(dataFolder, { recursive: true });
  return text;
}

/** Names of metrics, with the labels that their samples have. */
function metricsIn(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name] of text.matchAll(/^# TYPE (\S+) /gm)) found.set(name!, new Set());
  for (const [, sample, labels = ''] of text.matchAll(/^(bittensor_\w+)(?:\{(.*)\})? /gm)) {
    const base = sample!.replace(/_(bucket|sum|count)$/, '');
    const known = found.get(sample!) ?? found.get(base)!;
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
    if (!found.has(sample!)) found.set(sample!, known);
  }
  return found;
}

it('the dashboard asks only for metrics and labels that a node or a local chain has', async () => {
  const known = metricsIn(`${(await busyNode()).text}\n${await localChain()}`);
  const { panels } = JSON.parse(readFileSync(packagePath('deploy/grafana/bittensor-node.json'), 'utf8')) as {
    panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
  };
  const targets = panels.flatMap(({ title, targets: own = [] }) => own.map(target => ({ title, ...target })));
  expect(targets.length).toBeGreaterThan(40);
  const missing: string[] = [];
  for (const { title, expr, legendFormat } of targets) {
    const names = [...expr.matchAll(/bittensor_\w+/g)].map(([name]) => name);
    expect(names.length, title).toBeGreaterThan(0);
    for (const name of names) if (!known.has(name)) missing.push(`${title}: ${name}`);
    // `instance` is what Prometheus adds.
    const asked = [
      ...[...expr.matchAll(/(\w+)=~?"/g)].map(match => match[1]!),
      ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(match => match[1]!.split(',').map(label => label.trim())),
      ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(match => match[1]!),
    ].filter(label => label !== 'instance');
    for (const label of asked) if (!names.some(name => known.get(name)?.has(label))) missing.push(`${title}: ${label}`);
  }
  expect(missing).toEqual([]);
});

it('every metric of a node is on the dashboard, or is a detail that is named here', async () => {
  const board = readFileSync(packagePath('deploy/grafana/bittensor-node.json'), 'utf8');
  const { text } = await busyNode();
  const left = [...text.matchAll(/^# TYPE (\S+) /gm)]
    .map(match => match[1]!)
    .filter(name => !new RegExp(`${name}(_bucket)?\\b`).test(board));
  expect(left.sort()).toEqual([
    'bittensor_axon_callers',
    'bittensor_chain_connected',
    'bittensor_neuron_uid',
    'bittensor_neuron_validator_permit',
    'bittensor_open_handles',
    'bittensor_subnet_neurons',
    'bittensor_synapses',
    'bittensor_test_loss',
    'bittensor_train_epoch',
    'bittensor_train_step',
    'bittensor_weights_block',
  ]);
});

it('what the parts of a node did is in its figures and in its status', async () => {
  const { text, status } = await busyNode();
  for (const line of [
    'bittensor_axon_requests_total{kind="backward",code="NucleusFull"',
    'bittensor_axon_drops_total{reason="too many"',
    'bittensor_dendrite_requests_total{kind="forward",code="Timeout"',
    'bittensor_peer_score{peer="5',
    'bittensor_weights_total{state="failed",role="miner",hotkey="5Grwva..tQY"} 0',
    'bittensor_neuron_stake{token="TAO",role="miner",hotkey="5Grwva..tQY"} 5',
    'bittensor_neuron_emission{token="TAO",role="miner",hotkey="5Grwva..tQY"} 1',
    'bittensor_chain_reconnections_total{role="miner",hotkey="5Grwva..tQY"} 2',
    'bittensor_chain_finalized_lag_blocks{role="miner",hotkey="5Grwva..tQY"} 3',
    'bittensor_neuron_blocks_since_update{role="miner",hotkey="5Grwva..tQY"} 10',
    'bittensor_train_skipped_total{role="miner",hotkey="5Grwva..tQY"} 1',
  ]) {
    expect(text).toContain(line);
  }
  expect(status).toMatchObject({
    uid: 7,
    step: 5,
    losses: { local: 1, network: 1.5, distillation: 0.5 },
    chain: { token: 'TAO', stake: 5, incentive: 0.4, validatorPermit: true },
    weights: { state: 'set', block: 90 },
    peers: [{ uid: 3, address: '127.0.0.1:8091', score: 0.75, lastCode: 'Timeout', latencyMs: 40, lost: false }],
  });
});
