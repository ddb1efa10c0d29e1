import { SingleBar } from 'cli-progress';
import { columnsOf } from './terminal';

/** The longest line, of training, fits into 80 columns with a bar of this length, and into 70 with a shorter one. */
const longestBar = 14;
const besideBar = 66;
const signals = ['SIGINT', 'SIGTERM'] as const;

/** A bar on standard error that disappears when it is done; nothing at all where that is no terminal. */
export class ProgressBar {
  private bar: SingleBar | null = null;

  /** `format` as in cli-progress: `{bar}`, `{percentage}`, `{eta_formatted}` and the names in `values`. */
  constructor(private readonly format: string) {}

  start(total: number, values: Record<string, string> = {}, done = 0): void {
    this.clear();
    if (!process.stderr.isTTY) return;
    this.bar = new SingleBar({
      format: this.format,
      stream: process.stderr,
      barCompleteChar: '━',
      barIncompleteChar: ' ',
      barsize: Math.max(4, Math.min(longestBar, columnsOf(process.stderr) - besideBar)),
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 30,
    });
    this.bar.start(total, done, values);
    for (const signal of signals) process.on(signal, this.onSignal);
  }

  update(done: number, values: Record<string, string> = {}): void {
    this.bar?.update(done, values);
  }

  clear(): void {
    this.bar?.stop();
    this.bar = null;
    for (const signal of signals) process.off(signal, this.onSignal);
  }

  /** Gives the cursor back; then the signal does what it would have done. (cli-progress' own handler swallows it.) */
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    this.clear();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
}
