// Loaded before a program (`node --import`): whatever would open a socket or ask for a name fails, and is told on stderr.
import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';

function refuse(what) {
  return () => {
    process.stderr.write(`OFFLINE: ${what}\n`);
    throw new Error(`there is no network here: ${what}`);
  };
}

net.Socket.prototype.connect = refuse('connect');
net.Server.prototype.listen = refuse('listen');
dgram.createSocket = refuse('datagram');
for (const name of Object.keys(dns)) if (/^(lookup|resolve|reverse)/.test(name)) dns[name] = refuse(`dns.${name}`);
for (const name of Object.keys(dns.promises))
  if (/^(lookup|resolve|reverse)/.test(name)) dns.promises[name] = refuse(`dns.${name}`);
globalThis.fetch = refuse('fetch');
