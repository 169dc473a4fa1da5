import { type Address, formatAddress } from '../../src/net/address.js';
import { type CallOptions, Connection } from '../../src/net/dendrite/connection.js';
import { Pool } from '../../src/net/dendrite/pool.js';
import { RequestError } from '../../src/net/errors.js';

export interface ChannelLimits {
  /** Connections kept; beyond that the one used longest ago goes. */
  readonly channels: number;
  /** Largest request and reply, bytes. */
  readonly messageBytes: number;
}

/** Unary calls on plain text with any bytes, as a stranger makes them. A connection belongs to a key at an address. */
export class RawChannels {
  private readonly connections: Pool<Connection>;
  private closed = false;

  constructor(private readonly limits: ChannelLimits) {
    this.connections = new Pool(limits.channels);
  }

  /** One unary call. Rejects with a `RequestError` whatever goes wrong; error `bad_address`. */
  async call(key: string, address: Address, options: CallOptions): Promise<Buffer> {
    if (this.closed) throw new RequestError('Unavailable', 'closed');
    const name = `${key}@${formatAddress(address)}`;
    return this.connections.get(name, () => new Connection(address, this.limits)).unary(options);
  }

  close(): void {
    this.closed = true;
    this.connections.close();
  }
}
