import * as bittensor from 'bittensor-node';

const graph = await bittensor.metagraph().sync();
const dataset = bittensor.dataloader();
const dendrite = bittensor.dendrite();
const chainWeights = new Float32Array(graph.n);

for await (const batch of dataset.dataloader(10)) {
  const [, codes] = await dendrite.forwardText({ endpoints: graph.endpoints, inputs: batch });
  for (const uid of graph.uids) chainWeights[uid]! += codes[uid] === 'Success' ? 1 : 0; // Train chainWeights.
}
await bittensor.subtensor().setWeights({
  weights: chainWeights,
  uids: graph.uids,
  waitForInclusion: true,
  wallet: bittensor.wallet(),
});
