/** A bare port means this machine; the manual's `0.0.0.0` is dialled as loopback. */
export function bootstrapAddress(peer: string): string {
  const text = peer.trim();
  const full = /^\d+$/.test(text) ? `127.0.0.1:${text}` : text.replace(/^0\.0\.0\.0:/, '127.0.0.1:');
  const port = Number(/^.+:(\d+)$/.exec(full)?.[1] ?? Number.NaN);
  if (!(port >= 1 && port <= 65535)) throw new RangeError('must be a port or host:port');
  return full;
}
