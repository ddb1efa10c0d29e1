import { formatCount, percent, percentOrDash } from '../base/format';
import { duration, significant } from './format';
import { type Html, html } from './html';
import { lineChart, type Series } from './lineChart';
import type { ReportedEpoch } from './types';

/** How a run went, epoch by epoch: charts, and their numbers as a table. */
export function curves(metrics: readonly ReportedEpoch[], bestEpoch: number | null): Html {
  const series = (name: string, value: (epoch: ReportedEpoch) => number | null): Series => ({
    name,
    points: metrics.flatMap((one) => {
      const y = value(one);
      return y === null ? [] : [{ x: one.epoch, y }];
    }),
  });
  const drawn = (...all: Series[]) => all.filter(({ points }) => points.length > 0);
  const isValidated = metrics.some(({ validation }) => validation !== null);
  const marker = isValidated && bestEpoch !== null ? { x: bestEpoch, label: 'best' } : undefined;
  const common = { xLabel: 'epoch', marker };
  return html`<section id="curves"><h2>Training</h2>
<div class="charts">
${lineChart({
  ...common,
  title: 'Loss',
  format: significant,
  series: drawn(
    series('training', ({ train }) => train.loss),
    series('validation', ({ validation }) => validation?.loss ?? null),
  ),
})}
${lineChart({
  ...common,
  title: 'Accuracy',
  format: (share) => `${Number((share * 100).toFixed(1))}%`,
  yMin: 0,
  yMax: 1,
  series: drawn(
    series('training', ({ train }) => train.accuracy),
    series('validation', ({ validation }) => validation?.top1 ?? null),
  ),
})}
${lineChart({
  ...common,
  title: 'Learning rate',
  format: significant,
  yMin: 0,
  series: [series('learning rate', ({ learningRate }) => learningRate)],
})}
${lineChart({
  xLabel: 'epoch',
  title: 'Throughput, clips a second',
  format: significant,
  yMin: 0,
  series: [series('clips a second', ({ clipsPerSecond }) => clipsPerSecond)],
})}
${lineChart({
  xLabel: 'epoch',
  title: 'Waiting for data, share of training time',
  format: (share) => `${Number((share * 100).toFixed(2))}%`,
  yMin: 0,
  yMax: metrics.reduce((most, one) => Math.max(most, waitShare(one)), 0.05),
  series: [series('waiting', waitShare)],
})}
${lineChart({
  ...common,
  title: 'Gradient norm',
  format: significant,
  yMin: 0,
  series: [series('gradient norm', ({ train }) => train.gradNorm)],
})}
</div>
<p class="note">Training loss and accuracy are of augmented clips, loss with label smoothing: they are not those of the
validation clips' kind, and a validation loss below the training loss is nothing strange.</p>
${epochTable(metrics, bestEpoch)}</section>`;
}

/** Share of the epoch's training part that was spent waiting for data, 0…1. */
export function waitShare({ train, clipsPerSecond, dataWaitSeconds }: ReportedEpoch): number {
  const seconds = train.clips / clipsPerSecond;
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(1, dataWaitSeconds / seconds) : 0;
}

function epochTable(metrics: readonly ReportedEpoch[], bestEpoch: number | null): Html {
  return html`<details><summary>Numbers of every epoch</summary><div class="scroll"><table>
<thead><tr><th scope="col">epoch</th><th scope="col">training loss</th><th scope="col">accuracy</th><th scope="col">validation loss</th>
<th scope="col">top-1</th><th scope="col">top-5</th><th scope="col">rate</th><th scope="col">clips/s</th><th scope="col">data wait</th><th scope="col">time</th></tr></thead>
<tbody>${metrics.map(
    (one) => html`<tr class="${one.epoch === bestEpoch ? 'best' : ''}"><th scope="row">${formatCount(one.epoch)}</th>
<td>${significant(one.train.loss)}</td><td>${percent(one.train.accuracy)}</td>
<td>${one.validation === null ? '–' : significant(one.validation.loss)}</td>
<td>${percentOrDash(one.validation?.top1 ?? null)}</td><td>${percentOrDash(one.validation?.top5 ?? null)}</td>
<td>${significant(one.learningRate)}</td><td>${significant(one.clipsPerSecond)}</td><td>${percent(waitShare(one))}</td>
<td>${duration(one.seconds)}</td></tr>`,
  )}</tbody></table></div></details>`;
}
