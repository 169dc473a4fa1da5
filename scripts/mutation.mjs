// npm run mutation [-- part of a file's name ...]: mutation testing of the files of test/mutation/plan.json, one by one,
// in MUTATION_WORKERS processes (2). Fails when a change of the code that no test notices is not explained in
// test/mutation/accepted.json, and when an explanation there speaks of a change that a test does notice, or of a line
// that is gone. Writes the scores and the tables of docs/mutation.md; with --tables nothing but those.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { keyOf, originalOf, withTables } from '../test/mutation/tables.mjs';

const FOLDER = 'bench-results/mutation';
const readJson = path => JSON.parse(readFileSync(path, 'utf8'));
const plan = readJson('test/mutation/plan.json');
const accepted = readJson('test/mutation/accepted.json');
const scores = {};
const parts = process.argv.slice(2);
const onlyTables = parts[0] === '--tables';
const files = Object.keys(plan).filter(file => parts.length === 0 || parts.some(part => file.includes(part)));
if (files.length === 0 && !onlyTables) throw new Error(`no file of the plan has ${parts.join(' or ')} in its name`);

mkdirSync(FOLDER, { recursive: true });
let faults = 0;
for (const file of files) {
  const name = file.replace(/\W+/g, '-');
  const config = {
    ...readJson('stryker.config.json'),
    mutate: [file],
    concurrency: Number(process.env.MUTATION_WORKERS ?? 2),
    tempDirName: `.stryker-tmp/${name}`,
    jsonReporter: { fileName: `${FOLDER}/${name}.json` },
  };
  writeFileSync(`${FOLDER}/${name}.config.json`, JSON.stringify(config));
  const code = await run(file, `${FOLDER}/${name}.config.json`);
  if (code !== 0) {
    console.log(`${file}: Stryker ended with code ${code}`);
    faults++;
    continue;
  }
  faults += judge(file, readJson(`${FOLDER}/${name}.json`).files[file]);
}
const allScores = { ...readJson('test/mutation/scores.json'), ...scores };
writeFileSync('test/mutation/scores.json', `${JSON.stringify(allScores, undefined, 2)}\n`);
writeFileSync('docs/mutation.md', withTables(readFileSync('docs/mutation.md', 'utf8'), plan, allScores, accepted));
if (!onlyTables) console.log(faults === 0 ? 'every change is noticed or explained' : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;

function run(file, config) {
  return new Promise((resolve, reject) => {
    const stryker = spawn(process.execPath, ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', config], {
      env: { ...process.env, MUTATED_FILE: file },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    stryker.once('error', reject);
    stryker.once('close', resolve);
  });
}

/** Counts what is wrong with one file's report, and keeps its score. */
function judge(file, { source, mutants }) {
  const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
  // A change that kills the process is noticed too: Stryker's RuntimeError.
  const survivors = mutants.filter(({ status }) => !['Killed', 'Timeout', 'RuntimeError'].includes(status));
  const explained = new Set(accepted.filter(one => one.file === file).map(keyOf));
  const nameOf = mutant => keyOf(originalOf(file, source, mutant));
  const open = survivors.filter(mutant => !explained.has(nameOf(mutant)));
  const surviving = new Set(survivors.map(nameOf));
  const late = new Set(mutants.filter(({ status }) => status === 'Timeout').map(nameOf));
  const idle = [...explained].filter(key => !surviving.has(key) && !late.has(key));
  scores[file] = {
    date: new Date().toISOString().slice(0, 10),
    mutants: mutants.length,
    noticed: count('Killed', 'Timeout', 'RuntimeError'),
    explained: survivors.length - open.length,
    open: open.length,
  };
  console.log(`${file}: ${JSON.stringify(scores[file])}`);
  for (const mutant of open) {
    const { line, from, to } = originalOf(file, source, mutant);
    console.log(`  ${mutant.status} ${mutant.location.start.line}: ${line}\n    ${from}  ->  ${to}`);
  }
  for (const key of idle) console.log(`  explained, but noticed or gone: ${key}`);
  return open.length + idle.length;
}
