#!/usr/bin/env node
import { CommanderError } from 'commander';
import { dashNameHint } from './dashNames';
import { exitCodeOf, reportFailure } from './failures';
import { exitCodes, outputFailed } from './interrupt';
import { note } from './print/terminal';
import { createProgram } from './program';

for (const stream of [process.stdout, process.stderr]) stream.on('error', outputFailed);

// Node.js would print its own name and process number before them.
process.removeAllListeners('warning').on('warning', ({ name, message }) => {
  note(`${name === 'KinetorchWarning' ? 'warning' : name}: ${message}`);
});

async function main(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    // Commander has already printed its own.
    reportFailure(error, { isPrinted: error instanceof CommanderError });
    process.exitCode = exitCodeOf(error);
    const hint = process.exitCode === 0 ? null : dashNameHint(process.argv.slice(2));
    if (hint !== null) note(hint);
    // Not process.exit(): Node.js crashes in it where its terminal is gone.
    if (process.exitCode === exitCodes.SIGHUP) process.kill(process.pid, 'SIGHUP');
  }
}

void main();
