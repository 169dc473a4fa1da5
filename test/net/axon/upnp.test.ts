import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Closing, pollUntil, silentLog } from '../../../src/base/index.js';
import { mapPort } from '../../../src/net/axon/upnp.js';

const SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:2';

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

/** A router on loopback that speaks as UPnP's Internet Gateway Device 2 does, and notes what it is asked for. */
async function router(answers: { refuse?: boolean; silent?: boolean; ip?: string; port?: number } = {}) {
  const asked: string[] = [];
  const unanswered: string[] = [];
  const server = createServer(async (request, response) => {
    if (answers.silent) return void unanswered.push(String(request.method));
    response.setHeader('content-type', 'text/xml');
    if (request.method === 'GET') return void response.end(description());
    const body = await request.toArray().then(
      parts => parts.join(''),
      () => undefined,
    );
    // It was given up in the midst of being asked.
    if (body === undefined) return;
    const action = /#(\w+)/.exec(String(request.headers['soapaction']))![1]!;
    const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
    const fields = ['NewInternalClient', 'NewInternalPort', 'NewExternalPort', 'NewProtocol'].map(field);
    asked.push([action, ...fields.filter(Boolean)].join(' '));
    const inner = answers.refuse
      ? '<s:Fault><detail><UPnPError><errorCode>606</errorCode><errorDescription>Action not authorized</errorDescription></UPnPError></detail></s:Fault>'
      : `<u:${action}Response xmlns:u="${SERVICE}"><NewReservedPort>${answers.port ?? field('NewExternalPort')}</NewReservedPort><NewExternalIPAddress>${answers.ip ?? '203.0.113.7'}</NewExternalIPAddress></u:${action}Response>`;
    if (answers.refuse) response.statusCode = 500;
    response.end(
      `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inner}</s:Body></s:Envelope>`,
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.add(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { asked, unanswered, gateway: new URL(`http://127.0.0.1:${port}/rootDesc.xml`) };
}

function description(): string {
  const service = `<service><serviceType>${SERVICE}</serviceType><controlURL>/control</controlURL><SCPDURL>/scpd</SCPDURL></service>`;
  return `<root><device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:2</deviceType><UDN>uuid:1</UDN><serviceList>${service}</serviceList></device></root>`;
}

describe('a port forwarded by the router', () => {
  it('is asked for by UPnP, and given back', async () => {
    const { asked, gateway } = await router();
    const mapped = await mapPort(8091, { gateway });
    expect(mapped.external).toEqual({ host: '203.0.113.7', port: 8091 });
    await mapped.close();
    expect(asked).toEqual([
      'AddAnyPortMapping 127.0.0.1 8091 8091 TCP',
      'GetExternalIPAddress',
      'DeletePortMapping 8091',
    ]);
  });

  it('may have another number outside', async () => {
    const { asked, gateway } = await router();
    const mapped = await mapPort(8091, { gateway, externalPort: 9000 });
    expect(mapped.external.port).toBe(9000);
    // Port 8091 out there is not this axon's: nothing is taken back.
    await mapped.close();
    expect(asked).toEqual(['AddAnyPortMapping 127.0.0.1 8091 9000 TCP', 'GetExternalIPAddress']);
  });

  it('is asked for again and again, and says where it moved', async () => {
    const answers: Parameters<typeof router>[0] = {};
    const { asked, gateway } = await router(answers);
    const moves: { host: string; port: number }[] = [];
    const said: string[] = [];
    const log = { info: (line: string) => void said.push(line), warn: (line: string) => void said.push(line) };
    const mapped = await mapPort(8091, { gateway, renewMs: 5, log, onMoved: to => void moves.push(to) });
    closing.add(() => mapped.close());
    const times = (n: number) =>
      pollUntil('a renewal', { withinMs: 20_000, everyMs: 2 }, () => asked.length >= n || undefined);
    await times(6);
    expect(moves).toEqual([]);

    answers.ip = '203.0.113.8';
    const moved = (n: number) =>
      pollUntil('a move', { withinMs: 20_000, everyMs: 2 }, () => moves.length === n || undefined);
    await moved(1);
    // Cut off itself: that is no place to be reached at.
    answers.ip = '0.0.0.0';
    await times(asked.length + 6);
    answers.ip = '203.0.113.8';
    await times(asked.length + 6);
    answers.port = 9_001;
    await moved(2);
    await times(asked.length + 6);
    expect(moves).toEqual([
      { host: '203.0.113.8', port: 8_091 },
      { host: '203.0.113.8', port: 9_001 },
    ]);
    // What is asked for from now on is what was given last.
    expect(asked.findLast(line => line !== 'GetExternalIPAddress')).toBe('AddAnyPortMapping 127.0.0.1 8091 9001 TCP');

    answers.refuse = true;
    await times(asked.length + 4);
    answers.refuse = false;
    await pollUntil('it is back', { withinMs: 20_000, everyMs: 2 }, () => said.length === 2 || undefined);
    expect(said).toEqual([
      expect.stringMatching(/^no router forwards port 8091 by UPnP: .*not authorized; asking again$/),
      'The router forwards port 8091 again',
    ]);
    expect(moves).toHaveLength(2);
  });

  it('is not asked for any more once it is given back, in the midst of an asking, too', async () => {
    const answers: Parameters<typeof router>[0] = {};
    const { asked, unanswered, gateway } = await router(answers);
    const mapped = await mapPort(8091, { gateway, renewMs: 1, log: silentLog });
    answers.silent = true;
    await pollUntil('an asking', { withinMs: 20_000, everyMs: 1 }, () => unanswered.length > 0 || undefined);
    await mapped.close();
    const { length } = asked;
    answers.silent = false;
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(asked.length).toBe(length);
  });

  it('is refused in words, by a router that refuses and by one that does not answer', async () => {
    const { gateway } = await router({ refuse: true });
    const refused = mapPort(8091, { gateway });
    await expect(refused).rejects.toMatchObject({
      code: 'no_gateway',
      message: expect.stringContaining('Action not authorized'),
    });
    const silent = await router({ silent: true });
    const unanswered = mapPort(8091, { gateway: silent.gateway, timeoutMs: 200 });
    await expect(unanswered).rejects.toMatchObject({ message: expect.stringContaining('none answered within 200 ms') });
    const nobody = mapPort(8091, { gateway: new URL('http://127.0.0.1:1/rootDesc.xml') });
    await expect(nobody).rejects.toMatchObject({ code: 'no_gateway' });
  });

  it('is not waited for once the signal aborts', async () => {
    const silent = await router({ silent: true });
    const given = mapPort(8091, { gateway: silent.gateway, signal: AbortSignal.abort('stopped') });
    await expect(given).rejects.toBe('stopped');
  });
});
