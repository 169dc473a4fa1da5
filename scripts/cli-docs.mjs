// Writes docs/cli.md of the declarations of all commands, and docs/errors.md of the texts of all errors.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cliDocs } from '../dist/src/cli/frame/docs.js';
import { errorDocs } from '../dist/src/cli/frame/error-docs.js';

const pages = { 'cli.md': cliDocs(), 'errors.md': errorDocs() };
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), text);
}
