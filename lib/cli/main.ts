#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exitCodeOf, reportFailure } from './failures';
import { exitCodes, outputFailed } from './interrupt';
import { createProgram } from './program';

for (const stream of [process.stdout, process.stderr]) stream.on('error', outputFailed);

async function main(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    // Commander has already printed its own.
    reportFailure(error, { isPrinted: error instanceof CommanderError });
    process.exitCode = exitCodeOf(error);
    // Not process.exit(): Node.js crashes in it where its terminal is gone.
    if (process.exitCode === exitCodes.SIGHUP) process.kill(process.pid, 'SIGHUP');
  }
}

void main();
