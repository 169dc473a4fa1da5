import * as bittensor from 'bittensor-node';

const meta = await bittensor.metagraph().sync();

// Address for the node uid 0
const address = meta.endpoints[0]!;
console.log(bittensor.endpoint.fromTensor(address));
