import { formatCount, percent, percentOrDash } from '../base/format';
import { duration, significant } from './format';
import { type Html, html } from './html';
import { lineChart, type Series } from './lineChart';
import type { ReportedEpoch } from './types';

type Value = (epoch: ReportedEpoch) => number | null | undefined;

/** How a run went, epoch by epoch: charts, and their numbers as a table. */
export function curves(metrics: readonly ReportedEpoch[], bestEpoch: number | null): Html {
  const series = (name: string, value: Value): Series => ({
    name,
    points: metrics.flatMap((one) => {
      const y = value(one);
      return y === null || y === undefined ? [] : [{ x: one.epoch, y }];
    }),
  });
  const has = (value: Value) => metrics.some((one) => value(one) !== undefined);
  const classifies = has(({ train }) => train.accuracy);
  const isMasked = has(({ train }) => train.pixels ?? train.difference);
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
    series('validation', ({ validation }) => validation?.loss),
    ...(isMasked ? [series('nothing learned', () => 1)] : []),
  ),
})}
${
  classifies &&
  lineChart({
    ...common,
    title: 'Accuracy',
    format: (share) => `${Number((share * 100).toFixed(1))}%`,
    yMin: 0,
    yMax: 1,
    series: drawn(
      series('training', ({ train }) => train.accuracy),
      series('validation', ({ validation }) => validation?.top1),
    ),
  })
}
${
  isMasked &&
  lineChart({
    ...common,
    title: `Errors of what was hidden, ${isValidated ? 'validation' : 'training'}`,
    format: significant,
    series: drawn(
      series('pixels', ({ train, validation }) => (validation ?? train).pixels),
      series('difference', ({ train, validation }) => (validation ?? train).difference),
    ),
  })
}
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
<p class="note">${noteOf(classifies, isMasked)}</p>
${epochTable(metrics, bestEpoch, classifies ? ofClasses : isMasked ? ofHidden : [])}</section>`;
}

/** Share of the epoch's training part that was spent waiting for data, 0…1. */
export function waitShare({ train, clipsPerSecond, dataWaitSeconds }: ReportedEpoch): number {
  const seconds = train.clips / clipsPerSecond;
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(1, dataWaitSeconds / seconds) : 0;
}

function noteOf(classifies: boolean, isMasked: boolean): string {
  if (classifies) {
    return (
      "Training loss and accuracy are of augmented clips, loss with label smoothing: they are not those of the validation clips' " +
      'kind, and a validation loss below the training loss is nothing strange.'
    );
  }
  return isMasked
    ? 'A loss of 1 is what the mean of each hidden cell gets: a network whose loss stays there has learned nothing. Training ' +
        'clips are augmented, and other places of them are hidden each time.'
    : 'The loss is the mean squared error of the pixels, normalised as the network sees them. Training clips are augmented.';
}

/** Columns of the table of epochs: title, and text of an epoch. */
type Column = [title: string, text: (epoch: ReportedEpoch) => string];

const ofClasses: Column[] = [
  ['accuracy', ({ train }) => percentOrDash(train.accuracy ?? null)],
  ['top-1', ({ validation }) => percentOrDash(validation?.top1 ?? null)],
  ['top-5', ({ validation }) => percentOrDash(validation?.top5 ?? null)],
];

const ofHidden: Column[] = [
  ['pixels', ({ train, validation }) => numberOrDash((validation ?? train).pixels)],
  ['difference', ({ train, validation }) => numberOrDash((validation ?? train).difference)],
];

const numberOrDash = (value: number | undefined) => (value === undefined ? '–' : significant(value));

function epochTable(metrics: readonly ReportedEpoch[], bestEpoch: number | null, ofTask: readonly Column[]): Html {
  const columns: readonly Column[] = [
    ['training loss', ({ train }) => significant(train.loss)],
    ['validation loss', ({ validation }) => numberOrDash(validation?.loss)],
    ...ofTask,
    ['rate', ({ learningRate }) => significant(learningRate)],
    ['clips/s', ({ clipsPerSecond }) => significant(clipsPerSecond)],
    ['data wait', (one) => percent(waitShare(one))],
    ['time', ({ seconds }) => duration(seconds)],
  ];
  return html`<details><summary>Numbers of every epoch</summary><div class="scroll"><table>
<thead><tr><th scope="col">epoch</th>${columns.map(([title]) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${metrics.map(
    (one) => html`<tr class="${one.epoch === bestEpoch ? 'best' : ''}"><th scope="row">${formatCount(one.epoch)}</th>
${columns.map(([, text]) => html`<td>${text(one)}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;
}
