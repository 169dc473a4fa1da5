/**
 * The chain to show: `?endpoint=` of the page's address, else what the server wrote into the page, else, when a chain
 * itself serves the page, that chain.
 */
export function endpointOf(location: Location, document: Document): string {
  const asked = new URLSearchParams(location.search).get('endpoint');
  const written = document.querySelector<HTMLMetaElement>('meta[name="bittensor-endpoint"]')?.content;
  for (const candidate of [asked, written]) if (candidate && isWebSocket(candidate)) return candidate;
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
}

function isWebSocket(text: string): boolean {
  return URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol);
}
