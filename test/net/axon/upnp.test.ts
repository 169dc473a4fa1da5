import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Closing } from '../../../src/base/index.js';
import { mapPort } from '../../../src/net/axon/upnp.js';

const SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:2';

let closing = new Closing();
afterEach(async () => {
  await closing.close();
  closing = new Closing();
});

/** A router on loopback that speaks as UPnP's Internet Gateway Device 2 does, and notes what it is asked for. */
async function router(answers: { refuse?: boolean; silent?: boolean } = {}) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    if (answers.silent) return;
    const body = (await request.toArray()).join('');
    response.setHeader('content-type', 'text/xml');
    if (request.method === 'GET') return void response.end(description());
    const action = /#(\w+)/.exec(String(request.headers['soapaction']))![1]!;
    const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
    const fields = ['NewInternalClient', 'NewInternalPort', 'NewExternalPort', 'NewProtocol'].map(field);
    asked.push([action, ...fields.filter(Boolean)].join(' '));
    const inner = answers.refuse
      ? '<s:Fault><detail><UPnPError><errorCode>606</errorCode><errorDescription>Action not authorized</errorDescription></UPnPError></detail></s:Fault>'
      : `<u:${action}Response xmlns:u="${SERVICE}"><NewReservedPort>${field('NewExternalPort')}</NewReservedPort><NewExternalIPAddress>203.0.113.7</NewExternalIPAddress></u:${action}Response>`;
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
  return { asked, gateway: new URL(`http://127.0.0.1:${port}/rootDesc.xml`) };
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
