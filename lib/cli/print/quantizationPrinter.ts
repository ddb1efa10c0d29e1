import { percent } from '../../base/format';
import type { QuantizationReport, QuantizeProgress } from '../../quantization/types';
import { formatDuration, formatMegabytes, plural } from './format';
import { ProgressBar } from './progressBar';
import { table } from './table';
import { colorsFor, print } from './terminal';

const steps: Record<QuantizeProgress['step'], string> = {
  read: '  reading {bar} {value}/{total} videos  {eta_formatted}',
  ranges: '  comparing ranges {bar} {value}/{total} clips  {eta_formatted}',
  layers: '  trying layers {bar} {value}/{total} layers  {eta_formatted}',
  choice: '  measuring {bar} {value}/{total} clips  {eta_formatted}',
};

/** A bar for each step. */
export class QuantizationBar {
  private bar: ProgressBar | null = null;
  private last: QuantizeProgress | null = null;

  readonly onProgress = (progress: QuantizeProgress): void => {
    const { step, done, total } = progress;
    // A step may be gone through several times.
    const isSame = this.last?.step === step && this.last.done < done;
    this.last = progress;
    if (isSame) {
      this.bar?.update(done);
      return;
    }
    this.clear();
    this.bar = new ProgressBar(steps[step]);
    this.bar.start(total, {}, done);
  };

  clear(): void {
    this.bar?.clear();
  }
}

/** Shows to a person what was made int8, and what is lost by it. */
export function printQuantization(report: QuantizationReport): void {
  const { bold, dim, yellow } = colorsFor(process.stdout);
  const { layers, clips, method, bytes, signalToNoise, agreement, top1, skipped, warnings } = report;
  for (const warning of warnings) print(yellow(`warning: ${warning}`));
  const lines = table(
    [
      { title: 'layer' },
      { title: 'runs in' },
      { title: 'SNR alone', align: 'right' },
      { title: 'share', align: 'right' },
    ],
    layers.map((layer) => [
      // What it was.
      layer.name,
      layer.int8 ? 'int8' : 'float32',
      `${layer.signalToNoise.toFixed(1)} dB`,
      percent(layer.multiplications),
    ]),
  );
  for (const [index, line] of lines.entries()) print(index === 0 ? dim(line) : line);
  const chosen = layers.filter(({ int8 }) => int8);
  const work = chosen.reduce((sum, { multiplications }) => sum + multiplications, 0);
  print();
  print(bold(`${report.outFile}: ${formatMegabytes(bytes.after)}, from ${formatMegabytes(bytes.before)}`));
  print(
    `${chosen.length} of ${plural(layers.length, 'convolution')} in int8, ${percent(work)} of their multiplications`,
  );
  const right = top1 === null ? '' : `top-1 ${percent(top1.after)}, in float32 ${percent(top1.before)}; `;
  const alike = `${percent(agreement)} decided as in float32; ${signalToNoise.toFixed(1)} dB`;
  print(`${plural(clips.measured, 'clip')}: ${right}${alike}`);
  const time = formatDuration(report.seconds * 1000);
  print(dim(`ranges by ${method} of ${plural(clips.calibration, 'clip')}; ${time}`));
  if (skipped.length > 0) print(yellow(`${plural(skipped.length, 'video')} could not be loaded`));
}
