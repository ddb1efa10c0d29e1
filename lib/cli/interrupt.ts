import { KinetorchError } from '../base/errors';
import { Interrupted } from './failures';
import { note } from './print/terminal';

/** What a command that was interrupted ends with: 128 and the signal's number. */
export const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGPIPE: 141 };
/** Which of them are what somebody does again to have the process end at once; the others come in numbers. */
const impatient: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];

/** Of the work under way. Not a listener of SIGPIPE itself, which Node.js ignores, but no more once one was taken off. */
let interrupt: ((signal: NodeJS.Signals) => void) | null = null;

/**
 * Runs work that ends in order when its signal is aborted, as Ctrl-C, SIGTERM, the end of the terminal (SIGHUP) and that
 * of whoever read the output (SIGPIPE, see {@link outputFailed}) do; pressed again, Ctrl-C ends the process. Throws
 * {@link Interrupted} where the work ended for that reason.
 *
 * @param clear takes a progress bar off the screen, before a note and at the end
 */
export async function interruptible<T>(clear: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let exitCode = 0;
  const listener = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      if (impatient.includes(signal)) process.exit(exitCode);
      return;
    }
    exitCode = exitCodes[signal as keyof typeof exitCodes];
    clear();
    const cause = signal === 'SIGPIPE' ? 'nothing more can be written to the output: ' : '';
    note(`${cause}finishing the step and saving the checkpoint; Ctrl-C again ends at once`);
    controller.abort();
  };
  const signals = (Object.keys(exitCodes) as NodeJS.Signals[]).filter((signal) => signal !== 'SIGPIPE');
  for (const signal of signals) process.on(signal, listener);
  interrupt = listener;
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted && error instanceof KinetorchError && error.code === 'ERR_ABORTED') {
      throw new Interrupted(error.message, exitCode);
    }
    throw error;
  } finally {
    clear();
    interrupt = null;
    for (const signal of signals) process.off(signal, listener);
  }
}

/**
 * What to do where nothing more can be written to standard output or standard error: work that can be interrupted is. Else
 * a reader that has seen enough, as in `kinetorch inspect model.pt | head`, is no failure; a full disk is.
 */
export function outputFailed(error: NodeJS.ErrnoException): void {
  if (interrupt) {
    interrupt('SIGPIPE');
    return;
  }
  // A command that has failed, or was interrupted, may still be telling standard error why.
  if (process.exitCode) return;
  if (error.code !== 'EPIPE') {
    note(`error: cannot write to the output: ${error.message}`);
    process.exitCode = 1;
  }
  process.exit();
}
