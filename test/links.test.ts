import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../src/base/index.js';

const root = packagePath('.');
const FOLDERS = ['.', 'docs', 'docs/tutorials', 'localnet/runtime', 'test/vectors/wallets'];

/** What is written in a page as code is no link. */
function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');
}

function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  const headings = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ +(.*)$/gm)].map(([, title]) => title!);
  const seen = new Map<string, number>();
  return headings.map(title => {
    const plain = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

/** Links of a page that lead nowhere within the repository. */
function brokenIn(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return linksOf(text).filter(link => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
  });
}

const pages = FOLDERS.flatMap(folder =>
  readdirSync(join(root, folder))
    .filter(name => name.endsWith('.md'))
    .map(name => join(folder, name)),
);

describe('the links of the documents', () => {
  it('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/cli.md', 'docs/wallet.md']));
    expect(
      pages.reduce((sum, page) => sum + linksOf(readFileSync(join(root, page), 'utf8')).length, 0),
    ).toBeGreaterThan(50);
    expect(anchorsOf('# A `b`, c_d\n## x\n## x\n')).toEqual(['a-b-c_d', 'x', 'x-1']);
  });

  it.each(pages)('of %s all lead somewhere', page => {
    expect(brokenIn(page)).toEqual([]);
  });
});
