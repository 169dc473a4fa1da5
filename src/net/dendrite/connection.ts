import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { type Address, dialTarget } from '../address.js';
import { CERTIFICATE_NAME } from '../auth/certificate.js';
import { RequestError } from '../errors.js';
import { fromServiceError } from '../wire/status.js';

export interface ConnectionOptions {
  /** Default: plain text. */
  readonly credentials?: ChannelCredentials;
  /** Largest message each way, bytes. */
  readonly messageBytes: number;
}

export interface CallOptions {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Headers with bytes; each name ends in `-bin`. */
  readonly headers?: Readonly<Record<string, Uint8Array>>;
}

const WINDOW_BYTES = 2 ** 20;

/** One gRPC connection of its own, made with the first call. Messages are bytes. */
export class Connection {
  private readonly client: Client;
  private calls = 0;

  /** Error `bad_address`. */
  constructor(
    address: Address,
    private readonly options: ConnectionOptions,
  ) {
    this.client = new Client(
      dialTarget(address),
      options.credentials ?? credentials.createInsecure(),
      channelOptions(options.messageBytes),
    );
  }

  /** Calls under way. */
  get active(): number {
    return this.calls;
  }

  /** Connects, where it is not connected. False when that failed, or took too long; no call was made then. */
  async connects(timeoutMs: number): Promise<boolean> {
    const channel = this.client.getChannel();
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return true;
      if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) return false;
      const changed = await new Promise<boolean>(resolve =>
        channel.watchConnectivityState(state, deadline, error => resolve(!error)),
      );
      if (!changed) return false;
    }
  }

  /** One unary call. Rejects with a `RequestError` whatever goes wrong: this side, the wire, or the peer's refusal. */
  async unary(options: CallOptions): Promise<Buffer> {
    const { messageBytes } = this.options;
    if (options.bytes.length > messageBytes) {
      throw new RequestError('TooLarge', `${options.bytes.length} bytes are more than ${messageBytes}`);
    }
    this.calls++;
    try {
      return await unary(this.client, options);
    } finally {
      this.calls--;
    }
  }

  /** What is under way fails. */
  close(): void {
    this.client.close();
  }
}

function channelOptions(messageBytes: number): ChannelOptions {
  return {
    'grpc.max_receive_message_length': messageBytes,
    'grpc.max_send_message_length': messageBytes,
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
    // HTTP/2's own 64 KiB hold up every larger message for a round trip.
    'grpc-node.flow_control_window': WINDOW_BYTES,
    // Where TLS is spoken: an IP address is no server name (RFC 6066).
    'grpc.ssl_target_name_override': CERTIFICATE_NAME,
  };
}

const same = (value: Buffer) => value;

function unary(client: Client, { path, bytes, timeoutMs, signal, headers }: CallOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled());
    const onAbort = () => call.cancel();
    const done = (error: ServiceError | null, reply?: Buffer) => {
      signal?.removeEventListener('abort', onAbort);
      if (error?.code === status.CANCELLED && signal?.aborted) return reject(cancelled());
      if (error) {
        const { code, message: reason } = fromServiceError(error);
        return reject(new RequestError(code, reason, error));
      }
      resolve(reply!);
    };
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers ?? {})) metadata.set(name, viewOf(value));
    const options = { deadline: Date.now() + timeoutMs };
    const call = client.makeUnaryRequest(path, same, same, viewOf(bytes), metadata, options, done);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function cancelled(): RequestError {
  return new RequestError('Cancelled', 'the caller gave up');
}
