/**
 * An address as messages, logs, answers and files may show it: name, password, path and query are left out, because nodes
 * that ask for a key are given it there.
 */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'an address that cannot be read';
  const { protocol, host, username, password, pathname, search, hash } = new URL(url);
  const isPlain = username === '' && password === '' && pathname === '/' && search === '' && hash === '';
  return isPlain ? url : `${protocol}//${host}/...`;
}
