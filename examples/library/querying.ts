import * as bittensor from 'bittensor-node';

const meta = await bittensor.metagraph().sync();

// Address for the node uid 0
const address = meta.endpoints[0]!;

// Creating the endpoint, wallet, and dendrite
const endpoint = bittensor.endpoint.fromTensor(address);
const wallet = await bittensor.wallet().create();
const den = bittensor.dendrite({ wallet });

const [representations, codes] = await den.forwardText({ endpoints: endpoint, inputs: 'Hello World' });
console.log(codes[0], representations[0]!.shape);
