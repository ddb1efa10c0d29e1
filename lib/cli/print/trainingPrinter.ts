import { stripVTControlCharacters } from 'node:util';
import { formatCount } from '../../base/format';
import type { EpochMetrics, RunEvent, RunOutcome } from '../../training/types';
import { formatDuration, plural } from './format';
import { ProgressBar } from './progressBar';
import type { RunWords } from './runWords';
import { colorsFor, columnsOf, note, print } from './terminal';

type Start = Extract<RunEvent<object, object>, { type: 'start' }>;
type Step = Extract<RunEvent<object, object>, { type: 'step' }>;

/** Left-out clips that the summary names. */
const skippedShown = 5;

/** Shows a training run to a person: a bar for the epoch that runs, a line for each that is done, and a summary. */
export class TrainingPrinter<Figures, Validation extends { clips: number }> {
  private readonly bar = new ProgressBar('  epoch {epoch} {bar} {percentage}%  loss {loss}  {speed} clips/s  {state}');
  private readonly colors = colorsFor(process.stdout);
  private start: Start | null = null;
  /** Of the epoch that runs, what this process has done: a resumed one has steps from before. */
  private here = { began: 0, steps: 0, clips: 0 };

  constructor(private readonly words: RunWords<Figures, Validation>) {}

  readonly onEvent = (event: RunEvent<Figures, Validation>): void => {
    if (event.type === 'start') this.onStart(event);
    else if (event.type === 'warning') this.onWarning(event.message);
    else if (event.type === 'step') this.onStep(event);
    else if (event.type === 'validation') this.onValidation();
    else if (event.type === 'epoch') this.onEpoch(event);
    else if (event.type === 'end') this.onEnd(event.result);
  };

  /** Takes the bar off the screen. */
  pause(): void {
    this.bar.clear();
  }

  private onStart(start: Start): void {
    this.start = start;
    this.beginEpoch();
    const { device, labels, trainClips, validationClips, epochs, stepsPerEpoch, step } = start;
    print(
      `${this.words.subject(labels)}${plural(trainClips, 'training clip')}, ` +
        `${plural(validationClips, 'validation clip')}; ${plural(epochs, 'epoch')} of ` +
        `${plural(stepsPerEpoch, 'step')} on ${device}`,
    );
    if (step > 0) print(`going on after step ${formatCount(step)}`);
  }

  private onWarning(message: string): void {
    this.bar.clear();
    note(colorsFor(process.stderr).yellow(`warning: ${message}`));
  }

  private beginEpoch(): void {
    this.here = { began: performance.now(), steps: 0, clips: 0 };
  }

  private onStep({ epoch, epochStep, clips, loss }: Step): void {
    if (!this.start) return;
    const { stepsPerEpoch, epochs } = this.start;
    const { here } = this;
    here.steps++;
    here.clips += clips;
    const seconds = (performance.now() - here.began) / 1000;
    const left = (seconds / here.steps) * Math.max(0, stepsPerEpoch - epochStep);
    const values = {
      epoch: `${epoch}/${epochs}`,
      loss: loss.toFixed(3),
      speed: (here.clips / seconds).toFixed(1),
      state: `${formatDuration(left * 1000)} left`,
    };
    if (here.steps === 1) this.bar.start(stepsPerEpoch, values, epochStep);
    else this.bar.update(epochStep, values);
  }

  /** The bar goes to its end, though samples that cannot be loaded make an epoch shorter than planned. */
  private onValidation(): void {
    this.bar.update(this.start?.stepsPerEpoch ?? 0, { state: 'validating' });
  }

  private onEpoch({ epoch, train, validation, clipsPerSecond, seconds }: EpochMetrics<Figures, Validation>): void {
    this.bar.clear();
    this.beginEpoch();
    const { dim, bold } = this.colors;
    const total = String(this.start?.epochs ?? '');
    const place = `epoch ${String(epoch).padStart(total.length)}/${total}`;
    const learned = `loss ${train.loss.toFixed(3)}${this.words.learned(train)}`;
    const checked = validation && this.words.checked(validation, bold);
    const speed = dim(`${clipsPerSecond.toFixed(1)} clips/s  ${formatDuration(seconds * 1000)}`);
    for (const line of linesOf([place, learned, ...(checked ? [checked] : []), speed])) print(line);
  }

  private onEnd(result: RunOutcome<Validation>): void {
    const { bold, dim, cyan, yellow } = this.colors;
    const { bestEpoch, validation, modelPath, reportPath, metricsPath, skipped, seconds, clipsPerSecond } = result;
    print();
    const quality = validation
      ? `: ${this.words.quality(validation, this.start?.labels ?? [])} over ${plural(validation.clips, 'validation clip')}`
      : ' (no validation clips to choose by)';
    print(`${bold(`Best epoch: ${bestEpoch}`)}${quality}`);
    print(dim(`trained in ${formatDuration(seconds * 1000)} at ${clipsPerSecond.toFixed(1)} clips/s`));
    const files = { model: modelPath, report: reportPath, metrics: metricsPath };
    for (const [name, path] of Object.entries(files)) print(`  ${dim(name.padEnd(10))}  ${path}`);
    if (skipped.length > 0) {
      print(
        yellow(
          `${plural(skipped.length, 'clip')} could not be loaded and ${skipped.length === 1 ? 'was' : 'were'} left out:`,
        ),
      );
      for (const { name, reason } of skipped.slice(0, skippedShown)) print(`  ${name}: ${reason}`);
      if (skipped.length > skippedShown) print(`  and ${skipped.length - skippedShown} more`);
    }
    print(`\nTry it: ${cyan(this.words.next(modelPath))}`);
  }
}

/** Parts of a line, with those that the terminal is too narrow for on lines of their own. */
function linesOf(parts: readonly string[]): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1)}  ${part}`;
    const isFitting = lines.length > 0 && stripVTControlCharacters(longer).length <= columnsOf(process.stdout);
    if (isFitting) lines[lines.length - 1] = longer;
    else lines.push(lines.length === 0 ? part : `  ${part}`);
  }
  return lines;
}
