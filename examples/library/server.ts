import * as bittensor from 'bittensor-node';

const { vocabSize, networkDim } = bittensor;
const model = await bittensor.bertModel({ vocabSize, hiddenSize: networkDim });
const optimizer = bittensor.sgd(model.parameters, { lr: 0.01 });

const forwardText: bittensor.ForwardHandler = (_pubkey, inputs) => model.forward(inputs);

const backwardText: bittensor.BackwardHandler = (_pubkey, inputs, grads) => {
  model.backward(inputs, grads);
  optimizer.step();
  optimizer.zeroGrad();
};

const wallet = await bittensor.wallet().create();
const axon = await bittensor.axon({ wallet, forwardText, backwardText }).start().subscribe();
console.log(axon.uid);
