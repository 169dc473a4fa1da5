import * as bittensor from 'bittensor-node';

const model = await bittensor.bertModel({ vocabSize: bittensor.vocabSize, hiddenSize: bittensor.networkDim });
const threadpool = bittensor.priorityThreadPool({ maxWorkers: 1, maxSize: 100 });
const metagraph = await bittensor.metagraph().sync();

const forwardText: bittensor.ForwardHandler = (pubkey, inputs) => {
  const uid = metagraph.hotkeys.indexOf(pubkey);
  const priority = metagraph.S[uid] ?? 0;
  const future = threadpool.submit(x => model.forward(x), inputs, priority);
  return future.result({ timeoutMs: 30_000 }); // Rejects with a TimeoutError: the caller is told Timeout.
};

const wallet = await bittensor.wallet().create();
const axon = await bittensor.axon({ wallet, forwardText }).start().subscribe();
console.log(axon.uid);
