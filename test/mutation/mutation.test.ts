import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Accepted, type Plan, type Scores, withTables } from './tables.mjs';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const plan = JSON.parse(read('plan.json')) as Plan;
const accepted = JSON.parse(read('accepted.json')) as Accepted[];
const scores = JSON.parse(read('scores.json')) as Scores;

describe('what is written of mutation testing', () => {
  it('is the document made of the plan, the scores and the explanations', () => {
    const text = read('../../docs/mutation.md');
    expect(withTables(text, plan, scores, accepted)).toBe(text);
  });

  it('speaks of files, tests and lines that exist, and gives a reason for each', () => {
    for (const [file, tests] of Object.entries(plan)) {
      expect([file, ...tests].filter(path => !existsSync(path))).toEqual([]);
    }
    for (const { file, line, why } of accepted) {
      expect(Object.keys(plan)).toContain(file);
      expect(
        readFileSync(file, 'utf8')
          .split('\n')
          .map(text => text.trim()),
      ).toContain(line);
      expect(why.length).toBeGreaterThan(20);
    }
  });
});
