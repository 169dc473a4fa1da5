import { mkdirSync, writeFileSync } from 'node:fs';
import { packagePath } from '../src/base/index.js';
import { machineText } from './machine.js';
import type { Row, Suite } from './row.js';

/** `npm run bench [suite ...]`: measures, prints one table per suite and writes bench-results/latest.json. */
const SUITES: Record<string, () => Promise<{ suite: Suite }>> = {
  localnet: () => import('./localnet.js'),
  chain: () => import('./chain.js'),
  growth: () => import('./growth.js'),
  chopsticks: () => import('./chopsticks.js'),
  net: () => import('./net.js'),
  model: () => import('./model.js'),
  language: () => import('./language.js'),
  models: () => import('./models.js'),
  start: () => import('./start.js'),
  roles: () => import('./roles.js'),
  cli: () => import('./cli.js'),
};

function format(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toPrecision(3);
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(row => [
    row.name,
    row.ratio === undefined ? '' : `${row.ratio < 0.1 ? row.ratio.toPrecision(2) : row.ratio.toFixed(2)}x`,
    `${format(row.value)} ${row.unit}`,
    row.goal ?? '',
    row.note ?? '',
  ]);
  const all = [['what', 'ratio', 'measured', 'goal', 'note'], ...cells];
  const widths = all[0]!.map((_, i) => Math.max(...all.map(line => line[i]!.length)));
  return all
    .map(line =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const machine = machineText();
const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')} (there are ${Object.keys(SUITES).join(', ')})`);
  process.exit(2);
}
console.log(`Machine: ${machine}\n`);
const results: Record<string, Row[]> = {};
for (const name of wanted.length > 0 ? wanted : Object.keys(SUITES)) {
  const { suite } = await SUITES[name]!();
  const rows = await suite.run();
  results[name] = rows;
  console.log(`${suite.name}\n${table(rows)}\n`);
}
const folder = packagePath('bench-results');
mkdirSync(folder, { recursive: true });
writeFileSync(
  `${folder}/latest.json`,
  `${JSON.stringify({ machine, date: new Date().toISOString(), results }, null, 2)}\n`,
);
// Worker threads of a suite may still idle; the measurements are done.
process.exit(0);
