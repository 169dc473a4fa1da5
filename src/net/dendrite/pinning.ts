import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { equalBytes, messageOf } from '../../base/index.js';
import { type Address, dialHost, formatAddress } from '../address.js';
import { readCertificate } from '../auth/certificate.js';
import { keyText } from '../auth/signed.js';
import { RequestError } from '../errors.js';

/** A peer's certificate, seen at its address and proven to be its hotkey's: connections take this one and no other. */
export interface Pin {
  /** The certificate, DER. */
  readonly certificate: Buffer;
  /** SHA-256 of its SubjectPublicKeyInfo, which a hello signs. */
  readonly publicKeyHash: Uint8Array;
  /** Whose it is, 32 bytes. */
  readonly hotkey: Uint8Array;
}

export interface ProbeOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** How errors write a hotkey. Default: `0x` and 64 digits. */
  readonly nameKey?: (publicKey: Uint8Array) => string;
}

/**
 * Looks which certificate is shown at an address, and whether it is that of `hotkey` (32 bytes; undefined: of anyone).
 * `RequestError`: `Unavailable` and `Timeout` when nobody answers TLS there, `Unauthenticated` when somebody else does.
 */
export async function pinCertificate(
  address: Address,
  hotkey: Uint8Array | undefined,
  options: ProbeOptions,
): Promise<Pin> {
  const certificate = await probe(address, options);
  const content = readCertificate(certificate);
  if (hotkey && !equalBytes(content.hotkey, hotkey)) {
    const { nameKey = keyText } = options;
    const text = `${formatAddress(address)} shows the certificate of ${nameKey(content.hotkey)}, not of ${nameKey(hotkey)}`;
    throw new RequestError('Unauthenticated', text);
  }
  return { certificate, publicKeyHash: content.publicKeyHash, hotkey: content.hotkey };
}

/** TLS 1.3 to the holder of this very certificate, whatever its names and dates say. */
export function pinnedCredentials(pin: Pin): ChannelCredentials {
  const ca = new X509Certificate(pin.certificate).toString();
  return credentials.createFromSecureContext(createSecureContext({ ca, minVersion: 'TLSv1.3' }), {
    // Called after the chain was verified, which a certificate that is not the pinned one does not pass either.
    checkServerIdentity: (_host, shown) =>
      shown.raw.equals(pin.certificate) ? undefined : new Error('the certificate is not the pinned one'),
  });
}

/** The certificate that is shown at an address, DER; nothing is known of it but that its holder has the key. */
function probe(address: Address, { timeoutMs, signal }: ProbeOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const host = dialHost(address.host);
    const where = formatAddress(address);
    const end = (outcome: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      outcome();
    };
    const fail = (error: unknown) => end(() => reject(error));
    const onAbort = () => fail(signal!.reason);
    const timer = setTimeout(
      () => fail(new RequestError('Timeout', `${where} showed no certificate within ${Math.round(timeoutMs)} ms`)),
      timeoutMs,
    );
    const socket: TLSSocket = connect({
      host,
      port: address.port,
      // Nobody has signed these certificates but their owners: the hotkey in them is what counts.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2'],
      ...(isIP(host) ? {} : { servername: host }),
    });
    socket.once('secureConnect', () => {
      // None, or one that is too large, is refused when it is read. OpenSSL bounds the handshake's size.
      const { raw } = socket.getPeerCertificate();
      end(() => resolve(Buffer.from(raw ?? Buffer.alloc(0))));
    });
    // Also after the end: a reset may follow. A connection that closes before TLS is there is an error too.
    socket.on('error', error => fail(new RequestError('Unavailable', messageOf(error), error)));
    signal?.addEventListener('abort', onAbort);
  });
}
