import { type ChannelOptions, Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { type Address, dialTarget } from '../address.js';
import { RequestError } from '../errors.js';
import { fromServiceError } from '../wire/status.js';

export interface ChannelLimits {
  /** Connections kept; beyond that the one used longest ago goes. */
  readonly channels: number;
  /** Largest request and reply, bytes. */
  readonly messageBytes: number;
}

export interface CallOptions {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Channel {
  readonly client: Client;
  active: number;
}

/** gRPC channels by peer, made on first use. A channel belongs to a hotkey at an address: another one gets another. */
export class ChannelPool {
  // In the order of the last use.
  private readonly channels = new Map<string, Channel>();
  private readonly options: ChannelOptions;
  private closed = false;

  constructor(private readonly limits: ChannelLimits) {
    this.options = {
      'grpc.max_receive_message_length': limits.messageBytes,
      'grpc.max_send_message_length': limits.messageBytes,
      // A request is signed once and must arrive once.
      'grpc.enable_retries': 0,
      'grpc.enable_channelz': 0,
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
      // Of its own, so that closing a channel closes its connection.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.keepalive_time_ms': 20_000,
      'grpc.keepalive_timeout_ms': 5_000,
      // A neuron that was restarted is reached again within seconds.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 5_000,
    };
  }

  /** One unary call. Rejects with a `RequestError` whatever goes wrong: this side, the wire, or the peer's refusal. */
  async call(key: string, address: Address, options: CallOptions): Promise<Buffer> {
    if (this.closed) throw new RequestError('Unavailable', 'this dendrite is closed');
    if (options.bytes.length > this.limits.messageBytes) {
      throw new RequestError('TooLarge', `${options.bytes.length} bytes are more than ${this.limits.messageBytes}`);
    }
    const channel = this.channelTo(key, address);
    channel.active++;
    try {
      return await unary(channel.client, options);
    } finally {
      channel.active--;
    }
  }

  close(): void {
    this.closed = true;
    for (const { client } of this.channels.values()) client.close();
    this.channels.clear();
  }

  private channelTo(key: string, address: Address): Channel {
    const target = dialTarget(address);
    const name = `${key}@${target}`;
    const known = this.channels.get(name);
    const channel = known ?? { client: new Client(target, credentials.createInsecure(), this.options), active: 0 };
    this.channels.delete(name);
    this.channels.set(name, channel);
    if (this.channels.size > this.limits.channels) this.evict(name);
    return channel;
  }

  private evict(except: string): void {
    const candidates = [...this.channels].filter(([name]) => name !== except);
    const [name, channel] = candidates.find(([, { active }]) => active === 0) ?? candidates[0]!;
    this.channels.delete(name);
    channel.client.close();
  }
}

function unary(client: Client, { path, bytes, timeoutMs, signal }: CallOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const onAbort = () => call.cancel();
    const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const same = (value: Buffer) => value;
    const done = (error: ServiceError | null, reply?: Buffer) => {
      signal?.removeEventListener('abort', onAbort);
      if (error?.code === status.CANCELLED && signal?.aborted) return reject(cancelled());
      if (error) {
        const { code, message: reason } = fromServiceError(error);
        return reject(new RequestError(code, reason, error));
      }
      resolve(reply!);
    };
    const call = client.makeUnaryRequest(path, same, same, message, { deadline: Date.now() + timeoutMs }, done);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function cancelled(): RequestError {
  return new RequestError('Cancelled', 'the caller gave up');
}
