/**
 * The first versions of Node.js without the known holes of its HTTP/2 (nodejs.org, security releases: CVE-2023-44487,
 * CVE-2024-27983, CVE-2026-21714), by release line.
 */
const SAFE: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  20: [20, 2],
  22: [22, 2],
  24: [14, 1],
};
const NEWEST_LINE = 24;

/** What is wrong with serving strangers on this version of Node.js (`v20.20.2`); undefined: nothing that is known. */
export function http2Holes(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > NEWEST_LINE) return undefined;
  const safe = SAFE[major];
  const known = `Node.js ${version} has known holes in HTTP/2, which strangers can use to make this axon run out of memory`;
  if (!safe) return `${known}; use version 22 or 24`;
  const isSafe = minor > safe[0] || (minor === safe[0] && patch >= safe[1]);
  return isSafe ? undefined : `${known}; use ${major}.${safe.join('.')} or later`;
}
