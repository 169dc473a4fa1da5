import { messageOf } from '../../base/index.js';
import { type Address, dialHost, dialTarget, formatAddress, isLoopback } from '../address.js';
import { keyText } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { type DialledFrames, dialFrames } from '../session/http2-dial.js';
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

/** Who was found at a peer's address. */
export interface Met {
  /** Undefined on plain text. */
  readonly pin: Pin | undefined;
  /** The pin is that of an earlier connection: the peer may have another certificate by now. */
  readonly isOld: boolean;
}

/** Makes connections to one peer, and remembers its certificate between them. */
export class Dialer {
  private pin: Pin | undefined;

  /** `unaryBytes`: the largest message of a unary call. */
  constructor(
    private readonly route: Route,
    private readonly unaryBytes: number,
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

  /**
   * Looks who is there, unless that is known from before. `RequestError`s: those of `pinCertificate`, and `Unavailable`
   * for what cannot be dialled.
   */
  async meet(timeoutMs: number): Promise<Met> {
    const { address, hotkey, tls } = this.route;
    const problem = problemOf(address);
    if (problem) throw problem;
    if (!tls && !isLoopback(dialHost(address.host))) {
      throw new RequestError('Unavailable', `${this.where} is not on this machine: plain text does not leave it`);
    }
    if (!tls || this.pin) return { pin: this.pin, isOld: tls };
    this.pin = await pinCertificate(address, hotkey, { timeoutMs });
    return { pin: this.pin, isOld: false };
  }

  /** A connection for unary calls, which connects with the first of them. `RequestError`s as `meet`. */
  async dial(timeoutMs: number): Promise<Connection> {
    const { pin } = await this.meet(timeoutMs);
    return new Connection(this.route.address, {
      messageBytes: this.unaryBytes,
      ...(pin && { credentials: pinnedCredentials(pin) }),
    });
  }

  /** A stream of frames on a connection of its own. `RequestError`s as `meet`, `Unauthenticated` for a changed peer. */
  async stream(path: string, timeoutMs: number): Promise<DialledFrames & Met> {
    const met = await this.meet(timeoutMs);
    const { host, port } = this.route.address;
    const certificate = met.pin?.certificate;
    try {
      return { ...(await dialFrames({ host: dialHost(host), port, path, certificate, timeoutMs })), ...met };
    } catch (error) {
      if (!met.isOld) throw error;
      // A peer that was restarted has another certificate.
      this.forget();
      return this.stream(path, timeoutMs);
    }
  }

  /** The next connection looks at the certificate anew: a peer that was restarted has another one. */
  forget(): void {
    this.pin = undefined;
  }
}

function problemOf(address: Address): RequestError | undefined {
  try {
    dialTarget(address);
    return undefined;
  } catch (error) {
    return new RequestError('Unavailable', messageOf(error), error);
  }
}
