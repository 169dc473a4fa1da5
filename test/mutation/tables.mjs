/** What `npm run mutation` and its test have in common: how a mutant is named, and the tables of docs/mutation.md. */

/** A mutant as test/mutation/accepted.json names it: the line's text, and what of it was replaced by what. */
export function originalOf(file, source, { location: { start, end }, replacement }) {
  const lines = source.split('\n');
  const cut = lines.slice(start.line - 1, end.line);
  cut[cut.length - 1] = cut.at(-1).slice(0, end.column - 1);
  cut[0] = cut[0].slice(start.column - 1);
  return { file, line: lines[start.line - 1].trim(), from: onLine(cut.join(' ')), to: onLine(replacement) };
}

export function keyOf({ line, from, to }) {
  return `${line} | ${from} -> ${to}`;
}

/** The document with its tables made anew, between their comments. */
export function withTables(text, plan, scores, accepted) {
  return replaced(replaced(text, 'scores', scoresTable(plan, scores)), 'explained', explainedList(accepted));
}

function scoresTable(plan, scores) {
  const rows = Object.keys(plan).map(file => {
    const { date, mutants, noticed, explained, open } = scores[file] ?? {};
    if (!date) return `| \`${file}\` | not run | | | | |`;
    const percent = ((100 * noticed) / mutants).toFixed(1);
    return `| \`${file}\` | ${date} | ${mutants} | ${noticed} (${percent} %) | ${explained} | ${open} |`;
  });
  return ['| file | run | changes | noticed | explained | open |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

function explainedList(accepted) {
  const files = [...new Set(accepted.map(({ file }) => file))];
  const itemsOf = file =>
    accepted
      .filter(one => one.file === file)
      .map(({ line, from, to, why }) => `- in ${code(line)}: ${code(from)} becomes ${code(to)}. ${why}`);
  return files.map(file => `### ${code(file)}\n\n${itemsOf(file).join('\n')}`).join('\n\n');
}

function replaced(text, name, content) {
  const [before, after] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(before), text.indexOf(after)];
  if (from < 0 || to < 0) throw new Error(`docs/mutation.md has no part for its ${name}`);
  return `${text.slice(0, from + before.length)}\n${content}\n${text.slice(to)}`;
}

function code(text) {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text || ' '}\``;
}

function onLine(text) {
  return text.replace(/\s+/g, ' ').trim();
}
