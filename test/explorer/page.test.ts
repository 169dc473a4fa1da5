import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { matchRoute } from '../../src/explorer/app/routes.js';
import { EXPLORER_PAGE } from '../../src/explorer/index.js';
import { views } from '../../src/explorer/views/registry.js';

/** Of all files together, compressed: scripts, styles and the page. */
const MOST_BYTES = 300 * 1024;

const files = existsSync(EXPLORER_PAGE)
  ? readdirSync(EXPLORER_PAGE, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
  : [];

describe('the built page of the explorer', () => {
  it('is 300 KB or less, compressed', () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
    process.stdout.write(`the page: ${(bytes / 1024).toFixed(1)} KiB compressed\n`);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it('names no address outside, and never makes markup of text', () => {
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const urls = [...text.matchAll(/\b(?:https?|wss?):\/\/[\w.-]+/g)].map(([url]) => url);
      // Names of namespaces are no addresses.
      expect(urls.filter(url => !url.startsWith('http://www.w3.org'))).toEqual([]);
      expect(text).not.toMatch(/<script(?![^>]*src=)/);
    }
  });

  it('uses dangerouslySetInnerHTML, innerHTML and eval nowhere in its own sources', () => {
    const folder = new URL('../../src/explorer/', import.meta.url);
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name));
    expect(sources.length).toBeGreaterThan(50);
    for (const name of sources) {
      expect(readFileSync(new URL(name, folder), 'utf8'), name).not.toMatch(
        /[iI]nnerHTML|outerHTML|insertAdjacent|\beval\(/,
      );
    }
  });
});

describe('routes', () => {
  it('find their view, its parameters and its query', () => {
    const found = (hash: string) => matchRoute(views, hash)?.view.pattern;
    expect(['', '#', '#/', '#/?x'].map(found)).toEqual(['', '', '', '']);
    expect(found('#/block/12')).toBe('block/:id');
    expect(found('#/subnet/1')).toBe('subnet/:netuid');
    expect(found('#/subnet/1/metagraph')).toBe('subnet/:netuid/metagraph');
    expect(found('#/neuron/1/5')).toBe('neuron/:netuid/:uid');
    expect(found('#/nothing/here')).toBeUndefined();
    expect(matchRoute(views, '#/account/a%2Fb')?.params).toEqual({ id: 'a/b' });
    expect(matchRoute(views, '#/account/%E0%A4%A')?.params).toEqual({ id: '%E0%A4%A' });
    expect(matchRoute(views, '#/subnet/1/changes?from=2&to=3')?.query.get('to')).toBe('3');
    expect(matchRoute(views, '#/__proto__')).toBeUndefined();
  });

  it('have patterns and titles of their own', () => {
    expect(new Set(views.map(({ pattern }) => pattern)).size).toBe(views.length);
    for (const { title } of views) expect(title({}).length).toBeGreaterThan(3);
  });
});
