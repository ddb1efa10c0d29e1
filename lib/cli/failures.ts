import { type Command, CommanderError } from 'commander';
import { KinetorchError } from '../base/errors';
import { inFlags } from './flags/flagNames';
import { colorsFor, note, printJson, visible } from './print/terminal';

/** Some of what was asked for failed, and each failure has been reported already. */
export class PartialFailure extends Error {}

/** Ctrl-C was pressed, or another signal came, and the command has come to an orderly end. */
export class Interrupted extends Error {
  readonly code = 'ERR_ABORTED';

  constructor(
    message: string,
    readonly exitCode = 130,
  ) {
    super(message);
  }
}

/** What `--json` gives for an error. */
export interface ErrorReport {
  code: string;
  message: string;
}

let running: Command | null = null;

/** From now on messages name options as this command does. */
export function speakFor(command: Command): void {
  running = command;
}

/** Code and message of any error. */
export function errorReport(error: unknown): ErrorReport {
  if (error instanceof KinetorchError || error instanceof Interrupted) {
    const { message } = error;
    return { code: error.code, message: running === null ? message : inFlags(message, running) };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError)
    return { code: 'ERR_INVALID_ARGUMENT', message: message.replace(/^error: /, '') };
  return { code: 'ERR_INTERNAL', message };
}

/** Prints one error as a person reads it: a line, the code at its end; further lines of the message below it. */
export function noteError(error: unknown, prefix = ''): void {
  const { red, dim } = colorsFor(process.stderr);
  const { code, message } = errorReport(error);
  const [first = '', ...rest] = message.split('\n').map(visible);
  note(`${red('error:')} ${visible(prefix)}${first} ${dim(`[${code}]`)}`);
  for (const line of rest) note(line);
  if (process.env.KINETORCH_DEBUG === '1' && error instanceof Error) note(dim(error.stack ?? ''));
}

/** Reports what ended a command: on standard error and, where `--json` was given, on standard output too. */
export function reportFailure(error: unknown, { isPrinted }: { isPrinted: boolean }): void {
  if (exitCodeOf(error) === 0 || error instanceof PartialFailure) return;
  if (asksForJson()) printJson({ error: errorReport(error) });
  if (error instanceof Interrupted) note(errorReport(error).message);
  else if (!isPrinted) noteError(error);
}

/** 0 after `--help` and `--version`, 2 for wrong usage, 128 and the signal's number for an interruption (130 for Ctrl-C), else 1. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (!(error instanceof CommanderError)) return 1;
  return error.exitCode === 0 ? 0 : 2;
}

function asksForJson(): boolean {
  const end = process.argv.indexOf('--');
  return process.argv.slice(2, end === -1 ? undefined : end).includes('--json');
}
