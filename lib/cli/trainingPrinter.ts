import type { EpochMetrics, TrainEvent, TrainResult } from '../training/types';
import { formatCount, formatDuration, formatPercent, plural } from './format';
import { ProgressBar } from './progressBar';
import { colorsFor, note, print } from './terminal';

type Start = Extract<TrainEvent, { type: 'start' }>;
type Step = Extract<TrainEvent, { type: 'step' }>;

/** Left-out clips that the summary names. */
const skippedShown = 5;

/** Shows a training run to a person: a bar for the epoch that runs, a line for each that is done, and a summary. */
export class TrainingPrinter {
  private readonly bar = new ProgressBar('  epoch {epoch} {bar} {percentage}%  loss {loss}  {speed} clips/s  {state}');
  private readonly colors = colorsFor(process.stdout);
  private start: Start | null = null;
  private epoch = 0;
  private epochBegan = 0;

  readonly onEvent = (event: TrainEvent): void => {
    if (event.type === 'start') this.onStart(event);
    else if (event.type === 'warning') this.onWarning(event.message);
    else if (event.type === 'step') this.onStep(event);
    else if (event.type === 'epoch') this.onEpoch(event);
    else if (event.type === 'end') this.onEnd(event.result);
  };

  /** Takes the bar off the screen. */
  pause(): void {
    this.bar.clear();
  }

  private onStart(start: Start): void {
    this.start = start;
    this.epochBegan = performance.now();
    const { device, labels, trainClips, validationClips, epochs, stepsPerEpoch, step } = start;
    print(
      `${formatCount(labels.length)} classes, ${plural(trainClips, 'training clip')}, ` +
        `${plural(validationClips, 'validation clip')}; ${plural(epochs, 'epoch')} of ` +
        `${plural(stepsPerEpoch, 'step')} on ${device}`,
    );
    if (step > 0) print(`going on after step ${formatCount(step)}`);
  }

  private onWarning(message: string): void {
    this.bar.clear();
    note(colorsFor(process.stderr).yellow(`warning: ${message}`));
  }

  private onStep({ epoch, step, loss }: Step): void {
    if (!this.start) return;
    const { stepsPerEpoch, epochs, trainClips, validationClips } = this.start;
    const done = step - (epoch - 1) * stepsPerEpoch;
    const seconds = (performance.now() - this.epochBegan) / 1000;
    const speed = ((done / stepsPerEpoch) * trainClips) / seconds;
    const isLast = done >= stepsPerEpoch && validationClips > 0;
    const left = formatDuration((seconds / done) * (stepsPerEpoch - done) * 1000);
    const state = isLast ? 'validating' : `${left} left`;
    const values = { epoch: `${epoch}/${epochs}`, loss: loss.toFixed(3), speed: speed.toFixed(1), state };
    if (epoch === this.epoch) this.bar.update(done, values);
    else this.bar.start(stepsPerEpoch, values, done);
    this.epoch = epoch;
  }

  private onEpoch({ epoch, train, validation, clipsPerSecond, seconds }: EpochMetrics): void {
    this.bar.clear();
    this.epochBegan = performance.now();
    const { dim, bold } = this.colors;
    const total = String(this.start?.epochs ?? '');
    const place = `epoch ${String(epoch).padStart(total.length)}/${total}`;
    const learned = `loss ${train.loss.toFixed(3)}  accuracy ${percent(train.accuracy)}`;
    const checked =
      validation && `validation loss ${validation.loss.toFixed(3)}  top-1 ${bold(percent(validation.top1))}`;
    const speed = dim(`${clipsPerSecond.toFixed(1)} clips/s  ${formatDuration(seconds * 1000)}`);
    print([place, learned, ...(checked ? [checked] : []), speed].join('  '));
  }

  private onEnd(result: TrainResult): void {
    const { bold, dim, cyan, yellow } = this.colors;
    const { bestEpoch, validation, modelPath, reportPath, metricsPath, skipped, seconds, clipsPerSecond } = result;
    print();
    const quality = validation
      ? `: top-1 ${formatPercent(validation.top1)}, top-5 ${formatPercent(validation.top5)}, ` +
        `loss ${validation.loss.toFixed(3)} over ${plural(validation.clips, 'validation clip')}`
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
    print(`\nTry it: ${cyan(`npx kinetorch classify --model ${modelPath} <video>`)}`);
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`.padStart(6);
}
