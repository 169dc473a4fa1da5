import { isIP } from 'node:net';
import { type Address, dialHost, formatAddress } from '../address.js';
import { keyText } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { Connection } from './connection.js';
import { type Pin, pinCertificate, pinnedCredentials } from './pinning.js';

/** Where a peer is, and who it has to be. */
export interface Route {
  readonly address: Address;
  /** Public key, 32 bytes. */
  readonly hotkey: Uint8Array;
  /** False: plain text, which is for loopback addresses. */
  readonly tls: boolean;
}

export interface Dialled {
  /** Connects with its first call. */
  readonly connection: Connection;
  /** SHA-256 of the public key in the peer's certificate; undefined on plain text. */
  readonly serverKeyHash: Uint8Array | undefined;
  /** It is known from an earlier connection: the peer may have another one by now. */
  readonly isOld: boolean;
}

/** Makes connections to one peer, and remembers its certificate between them. */
export class Dialer {
  private pin: Pin | undefined;

  constructor(
    private readonly route: Route,
    private readonly messageBytes: number,
  ) {}

  get where(): string {
    return formatAddress(this.route.address);
  }

  get hotkey(): Uint8Array {
    return this.route.hotkey;
  }

  get hotkeyText(): string {
    return keyText(this.route.hotkey);
  }

  get tls(): boolean {
    return this.route.tls;
  }

  /** A new connection. `RequestError`s: those of `pinCertificate`, and `Unavailable` for what cannot be dialled. */
  async dial(timeoutMs: number): Promise<Dialled> {
    const { address, hotkey, tls } = this.route;
    if (!tls) {
      if (!isLoopback(address.host)) {
        throw new RequestError('Unavailable', `${this.where} is not on this machine: plain text does not leave it`);
      }
      return {
        connection: connectTo(address, { messageBytes: this.messageBytes }),
        serverKeyHash: undefined,
        isOld: false,
      };
    }
    const known = this.pin;
    const pin = known ?? (await pinCertificate(address, hotkey, { timeoutMs }));
    this.pin = pin;
    const connection = connectTo(address, {
      messageBytes: this.messageBytes,
      credentials: pinnedCredentials(pin),
    });
    return { connection, serverKeyHash: pin.publicKeyHash, isOld: known !== undefined };
  }

  /** The next connection looks at the certificate anew: a peer that was restarted has another one. */
  forget(): void {
    this.pin = undefined;
  }
}

function connectTo(...args: ConstructorParameters<typeof Connection>): Connection {
  try {
    return new Connection(...args);
  } catch (error) {
    throw new RequestError('Unavailable', (error as Error).message, error);
  }
}

/** True for an address of this machine, and for the name that stands for it. */
export function isLoopback(host: string): boolean {
  const literal = dialHost(host);
  if (isIP(literal) === 4) return literal.startsWith('127.');
  return literal === '::1' || literal === 'localhost';
}
