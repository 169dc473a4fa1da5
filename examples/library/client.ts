import * as bittensor from 'bittensor-node';

const wallet = await bittensor.wallet().create();
const graph = await bittensor.metagraph().sync();
const dendrite = bittensor.dendrite({ wallet });
const question = { endpoints: graph.endpoints, inputs: 'The quick brown fox jumped over the lazy dog' };
const [representations] = await dendrite.forwardText(question);
console.log(representations.map(({ shape }) => shape)); // N tensors with shape [1, 9, 1024]

// Distill model: any loss of the representations; its gradients accumulate on the endpoints.
const { loss, backward } = await dendrite.trainStep({ ...question, loss: (x, tf) => tf.mean(tf.square(tf.stack(x))) });
console.log(loss, backward[1]);
