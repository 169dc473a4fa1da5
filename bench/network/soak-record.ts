import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packagePath } from '../../src/base/index.js';
import { writeSection } from '../experiments/section.js';
import { machineText } from '../machine.js';
import { readSoak, soakReport, thin } from './soak-table.js';

/**
 * `npm run soak:network:record [-- --from bench-results/network/soak.jsonl --every 120 --docs docs]`: keeps what a soak wrote. A sample
 * every so many seconds goes to docs/experiments/network-soak.jsonl, a table over all samples into docs/experiments.md.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: packagePath('bench-results/network/soak.jsonl') },
    every: { type: 'string', default: '120' },
    docs: { type: 'string', default: packagePath('docs') },
  },
});
const soak = readSoak(values.from);
const kept = [...thin(soak.samples, Number(values.every)), ...(soak.summary ? [soak.summary] : [])];
mkdirSync(join(values.docs, 'experiments'), { recursive: true });
const text = kept.map(line => `${JSON.stringify(line)}\n`).join('');
writeFileSync(join(values.docs, 'experiments', 'network-soak.jsonl'), text);
const report = `${soakReport(soak)}\n\n${machineText()}.`;
writeSection(values.docs, 'network-soak', report, 'npm run soak:network:record');
console.log(report);
