#!/usr/bin/env node
import { main } from './cli.js';
import { processIo } from './frame/io.js';
import { keepMemoryOutOfDumps } from './secrets/core-dumps.js';

/** What a command left open by mistake must not keep the program from ending. */
const LINGER_MS = 2_000;

keepMemoryOutOfDumps();
// A terminal or pipe that is closed is no reason to crash; `run` then stops cleanly.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
process.exitCode = await main(process.argv.slice(2), processIo());
setTimeout(() => process.exit(), LINGER_MS).unref();
