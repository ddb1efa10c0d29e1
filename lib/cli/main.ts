#!/usr/bin/env node
import { CommanderError } from 'commander';
import { dashNameHint } from './dashNames';
import { exitCodeOf, reportFailure } from './failures';
import { note } from './print/terminal';
import { createProgram } from './program';

// A reader that has seen enough, as in `kinetorch inspect model.pt | head`, is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

async function main(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    // Commander has already printed its own.
    reportFailure(error, { isPrinted: error instanceof CommanderError });
    process.exitCode = exitCodeOf(error);
    const hint = process.exitCode === 0 ? null : dashNameHint(process.argv.slice(2));
    if (hint !== null) note(hint);
  }
}

void main();
