// Writes docs/cli.md of the declarations of all commands.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cliDocs } from '../dist/src/cli/frame/docs.js';

writeFileSync(fileURLToPath(new URL('../docs/cli.md', import.meta.url)), cliDocs());
