import { X509Certificate } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { createServer as createPlain, type Socket } from 'node:net';
import { createServer, type PeerCertificate, type TlsOptions } from 'node:tls';
import { credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Closing, pollUntil } from '../../../src/base/index.js';
import { makeCertificate } from '../../../src/net/auth/certificate.js';
import { keyText } from '../../../src/net/auth/signed.js';
import { Connection } from '../../../src/net/dendrite/connection.js';
import { type Pin, pinCertificate, pinnedCredentials } from '../../../src/net/dendrite/pinning.js';
import { ready, type Signer } from '../../../src/wallet/index.js';
import { key } from '../keys.js';

beforeAll(() => ready());

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

const host = '127.0.0.1';

/** What TLS clients offered to speak, and the connections that are open there. */
const protocols: unknown[] = [];
const open = new Set<unknown>();
/** The versions of TLS that handshakes ended with. */
const secured: unknown[] = [];
beforeEach(() => {
  protocols.length = 0;
  open.clear();
});

/** A TLS port that shows this certificate and says nothing. */
async function tlsPort(certificate: { certPem: string; keyPem: string }, options: TlsOptions = {}): Promise<number> {
  const server = createServer({
    cert: certificate.certPem,
    key: certificate.keyPem,
    minVersion: 'TLSv1.3',
    ALPNCallback: ({ protocols: offered }) => {
      protocols.push(...offered);
      return 'h2';
    },
    ...options,
  });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', socket => {
    secured.push(socket.getProtocol());
    socket.on('error', () => {});
  });
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, host, resolve));
  closing.add(() => server.close());
  return (server.address() as { port: number }).port;
}

/** A gRPC server with this certificate that answers every call on `/a/b` with the bytes it got. */
async function grpcPort({ certPem, keyPem }: { certPem: string; keyPem: string }, port = 0): Promise<[number, Server]> {
  const server = new Server();
  const same = (bytes: Buffer) => bytes;
  const codec = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  server.addService(
    { call: { path: '/a/b', requestStream: false, responseStream: false, ...codec } },
    { call: (call: { request: Buffer }, done: (error: null, reply: Buffer) => void) => done(null, call.request) },
  );
  const own = ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(certPem), private_key: Buffer.from(keyPem) },
  ]);
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${host}:${port}`, own, (error, got) => (error ? reject(error) : resolve(got))),
  );
  closing.add(() => server.forceShutdown());
  return [bound, server];
}

function call(pin: Pin, port: number): Promise<Buffer> {
  const connection = new Connection({ host, port }, { credentials: pinnedCredentials(pin), messageBytes: 1_000 });
  closing.add(() => connection.close());
  return connection.unary({ path: '/a/b', bytes: Uint8Array.of(1, 2), timeoutMs: 15_000 });
}

const options = { timeoutMs: 15_000 };

describe('pinning a certificate', () => {
  it('takes that of the hotkey, and connects to its holder', async () => {
    const certificate = makeCertificate(key(1));
    const [port] = await grpcPort(certificate);
    const pin = await pinCertificate({ host, port }, key(1).publicKey, options);
    expect(pin.hotkey).toEqual(key(1).publicKey);
    expect(pin.publicKeyHash).toEqual(certificate.publicKeyHash);
    expect([...(await call(pin, port))]).toEqual([1, 2]);
    expect((await pinCertificate({ host, port }, undefined, options)).hotkey).toEqual(key(1).publicKey);
  });

  it('refuses the right certificate of another hotkey', async () => {
    const port = await tlsPort(makeCertificate(key(2)));
    await expect(pinCertificate({ host, port }, key(1).publicKey, options)).rejects.toMatchObject({
      returnCode: 'Unauthenticated',
      message: expect.stringMatching(/shows the certificate of 0x[0-9a-f]{64}, not of 0x[0-9a-f]{64}/),
    });
  });

  it('refuses a forged extension: the hotkey is named, but it signed nothing, or another key', async () => {
    const forger: Signer = { ...signerOf(2), publicKey: key(1).publicKey };
    const random: Signer = { ...signerOf(1), sign: () => new Uint8Array(64).fill(7) };
    const other: Signer = { ...signerOf(1), sign: bytes => key(1).sign(bytes.map(byte => byte ^ 1)) };
    for (const signer of [forger, random, other]) {
      const port = await tlsPort(makeCertificate(signer));
      await expect(pinCertificate({ host, port }, key(1).publicKey, options)).rejects.toMatchObject({
        returnCode: 'Unauthenticated',
        message: 'not the certificate of a neuron: its hotkey did not sign its public key',
      });
    }
  });

  it('refuses to connect to another certificate than the pinned one, be it of the same hotkey', async () => {
    const pinned = await tlsPort(makeCertificate(key(1)));
    const pin = await pinCertificate({ host, port: pinned }, key(1).publicKey, options);
    for (const signer of [key(1), key(2)]) {
      const [port] = await grpcPort(makeCertificate(signer));
      await expect(call(pin, port)).rejects.toMatchObject({ returnCode: 'Unavailable' });
    }
  });

  it('refuses TLS 1.2, plain text, silence and a port where nobody listens', async () => {
    const old = await tlsPort(makeCertificate(key(1)), { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    const listen = async (greet: string | undefined) => {
      const server = createPlain(socket => {
        socket.on('error', () => {});
        if (greet !== undefined) socket.end(greet);
        closing.add(() => socket.destroy());
      });
      await new Promise<void>(resolve => server.listen(0, host, resolve));
      closing.add(() => server.close());
      return (server.address() as { port: number }).port;
    };
    const ask = (port: number, timeoutMs = 15_000) => pinCertificate({ host, port }, key(1).publicKey, { timeoutMs });
    await expect(ask(old)).rejects.toMatchObject({ returnCode: 'Unavailable' });
    await expect(ask(await listen('HTTP/1.1 200 OK\r\n\r\n'))).rejects.toMatchObject({ returnCode: 'Unavailable' });
    await expect(ask(await listen(undefined), 100)).rejects.toMatchObject({ returnCode: 'Timeout' });
    await expect(ask(1)).rejects.toMatchObject({ returnCode: 'Unavailable' });
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const server = createPlain(socket => {
      socket.on('error', () => {});
      closing.add(() => socket.destroy());
    });
    await new Promise<void>(resolve => server.listen(0, host, resolve));
    closing.add(() => server.close());
    const { port } = server.address() as { port: number };
    const asked = pinCertificate({ host, port }, undefined, { timeoutMs: 60_000, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });

  it('leaves nothing behind: no listener, no timer, no connection', async () => {
    const stop = new AbortController();
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
    const port = await tlsPort(makeCertificate(key(1)));
    const before = timers();
    const pin = await pinCertificate({ host, port }, undefined, { timeoutMs: 60_000, signal: stop.signal });
    expect(pin.hotkey).toEqual(key(1).publicKey);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    expect(timers()).toBeLessThanOrEqual(before);
    await pollUntil('the connection is closed', { withinMs: 30_000, everyMs: 5 }, () => open.size === 0 || undefined);
  });

  it('does not begin when it was told to end before', async () => {
    let connections = 0;
    const server = createPlain(socket => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>(resolve => server.listen(0, host, resolve));
    closing.add(() => server.close());
    const { port } = server.address() as { port: number };
    const signal = AbortSignal.abort(new Error('not today'));
    await expect(pinCertificate({ host, port }, undefined, { timeoutMs: 1_000, signal })).rejects.toThrow('not today');
    await expect(pinCertificate({ host, port }, undefined, options)).rejects.toMatchObject({
      returnCode: 'Unavailable',
      message: expect.stringMatching(/disconnected|socket|ECONNRESET/),
    });
    expect(connections).toBe(1);
  });

  it('names a host that has a name, asks for HTTP/2, and dials this machine for every interface', async () => {
    const names: unknown[] = [];
    const certificate = makeCertificate(key(1));
    const port = await tlsPort(certificate, {
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    for (const one of ['localhost', host, '0.0.0.0']) {
      expect((await pinCertificate({ host: one, port }, key(1).publicKey, options)).hotkey).toEqual(key(1).publicKey);
    }
    expect(names).toEqual(['localhost']);
    expect(protocols).toEqual(['h2', 'h2', 'h2']);
  });

  it('says what is wrong', async () => {
    const server = createPlain(socket => {
      socket.on('error', () => {});
      closing.add(() => socket.destroy());
    });
    await new Promise<void>(resolve => server.listen(0, host, resolve));
    closing.add(() => server.close());
    const { port } = server.address() as { port: number };
    await expect(pinCertificate({ host, port }, undefined, { timeoutMs: 20.4 })).rejects.toMatchObject({
      returnCode: 'Timeout',
      message: `127.0.0.1:${port} showed no certificate within 20 ms`,
    });
    const shown = await tlsPort(makeCertificate(key(2)));
    await expect(pinCertificate({ host, port: shown }, key(1).publicKey, options)).rejects.toMatchObject({
      message: `127.0.0.1:${shown} shows the certificate of ${keyText(key(2).publicKey)}, not of ${keyText(key(1).publicKey)}`,
    });
  });

  it('compares the certificate itself too, should the chain of trust ever take another', async () => {
    const certificate = makeCertificate(key(1));
    const pin = await pinCertificate({ host, port: await tlsPort(certificate) }, undefined, options);
    const made = vi.spyOn(credentials, 'createFromSecureContext');
    closing.add(() => made.mockRestore());
    pinnedCredentials(pin);
    const { checkServerIdentity } = made.mock.calls[0]![1]!;
    const shown = (raw: Buffer) => checkServerIdentity!('axon.bittensor', { raw } as PeerCertificate);
    expect(shown(Buffer.from(pin.certificate))).toBeUndefined();
    expect(shown(new X509Certificate(makeCertificate(key(1)).certPem).raw)).toEqual(
      new Error('the certificate is not the pinned one'),
    );
  });

  it('refuses a certificate that is too large to be of a neuron', async () => {
    // Any certificate will do: of these bytes no more is read than their length.
    const { certPem, keyPem } = makeCertificate({ ...signerOf(1), sign: () => new Uint8Array(5_000) });
    const port = await tlsPort({ certPem, keyPem });
    await expect(pinCertificate({ host, port }, undefined, options)).rejects.toMatchObject({
      returnCode: 'Unauthenticated',
      message: expect.stringMatching(/it cannot be read: \d+ bytes/),
    });
  });

  it('speaks TLS 1.3 only to the holder of the pinned certificate', async () => {
    const certificate = makeCertificate(key(1));
    const pin = await pinCertificate({ host, port: await tlsPort(certificate) }, undefined, options);
    const port = await tlsPort(certificate, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    secured.length = 0;
    await expect(call(pin, port)).rejects.toMatchObject({ returnCode: 'Unavailable' });
    expect(secured).toEqual([]);
  });
});

function signerOf(index: number): Signer {
  const { publicKey } = key(index);
  return { publicKey, sign: bytes => key(index).sign(bytes) } as Signer;
}
