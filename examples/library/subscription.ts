import * as bittensor from 'bittensor-node';

const tf = await bittensor.tensorflow();
const forwardText: bittensor.ForwardHandler = (_, { shape }) => tf.ones([...shape, bittensor.networkDim]);

const wallet = await bittensor.wallet().create();
const axon = await bittensor.axon({ wallet, forwardText }).start().subscribe();
console.log(axon.uid);
