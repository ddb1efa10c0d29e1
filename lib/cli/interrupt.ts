import { KinetorchError } from '../base/errors';
import { Interrupted } from './failures';
import { note } from './print/terminal';

const exitCodes = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs work that ends in order when its signal is aborted, as Ctrl-C and SIGTERM do; pressed again, Ctrl-C ends the
 * process. Throws {@link Interrupted} where the work ended for that reason.
 *
 * @param clear takes a progress bar off the screen, before a note and at the end
 */
export async function interruptible<T>(clear: () => void, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let exitCode = 0;
  const listener = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(exitCode);
    exitCode = exitCodes[signal as keyof typeof exitCodes];
    clear();
    note('finishing the step and saving the checkpoint; Ctrl-C again ends at once');
    controller.abort();
  };
  const signals = Object.keys(exitCodes) as NodeJS.Signals[];
  for (const signal of signals) process.on(signal, listener);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted && error instanceof KinetorchError && error.code === 'ERR_ABORTED') {
      throw new Interrupted(error.message, exitCode);
    }
    throw error;
  } finally {
    clear();
    for (const signal of signals) process.off(signal, listener);
  }
}
