import { formatCount, percent, percentOrDash } from '../../base/format';
import { tellsTop5 } from '../../evaluation/tellsTop5';
import type { ClassMetrics, Evaluation } from '../../evaluation/types';
import { formatBar, formatDuration, plural } from './format';
import { table } from './table';
import { colorsFor, columnsOf, print } from './terminal';

/** Of more classes than these only the worst are listed. */
const mostClasses = 40;
const worstShown = 20;
const mixUpsShown = 5;
const skippedShown = 5;
const longestBar = 20;
/** What stands beside the names of classes and the bars. */
const besideBar = 45;

/** Shows an evaluation to a person. */
export function printEvaluation(evaluation: Evaluation): void {
  const { bold, dim, yellow } = colorsFor(process.stdout);
  const { metrics, skipped, warnings, seconds, clipsPerSecond, device } = evaluation;
  for (const warning of warnings) print(yellow(`warning: ${warning}`));
  print(bold(`${plural(metrics.video.count, 'video')}${partOf(evaluation)}, ${plural(metrics.clip.count, 'clip')}`));
  print();
  printLines(figures(evaluation), dim);
  print();
  printLines(classLines(metrics.classes), dim);
  const mixUps = mixUpsOf(evaluation);
  if (mixUps.length > 0) print(`\nMost often mixed up: ${mixUps.join('; ')}`);
  print(dim(`\n${formatDuration(seconds * 1000)} on ${device}, ${clipsPerSecond.toFixed(1)} clips/s`));
  if (skipped.length === 0) return;
  print(
    yellow(
      `${plural(skipped.length, 'video')} could not be loaded and ${skipped.length === 1 ? 'was' : 'were'} left out:`,
    ),
  );
  for (const { name, reason } of skipped.slice(0, skippedShown)) print(`  ${name}: ${reason}`);
  if (skipped.length > skippedShown) print(`  and ${skipped.length - skippedShown} more`);
}

function partOf({ split, fold, averageFrames }: Evaluation): string {
  const part = split === null || split === 'all' ? '' : ` of the ${split} split`;
  return `${part}${fold === null ? '' : `, fold ${fold}`}${averageFrames ? ', motion removed' : ''}`;
}

function figures({ metrics, labels }: Evaluation): string[] {
  if (metrics.task === 'multiLabel') {
    const { video, clip, meanAveragePrecision, macroF1, loss } = metrics;
    return table(numbers('', 'all classes right', 'mAP', 'macro F1', 'loss'), [
      ['by video', percent(video.exactMatch), percent(meanAveragePrecision), percent(macroF1), loss.toFixed(4)],
      ['by clip', percent(clip.exactMatch)],
    ]);
  }
  const { video, clip, meanClassAccuracy, macroF1, calibration, loss } = metrics;
  const shares = ({ top1, top5 }: { top1: number; top5: number }) =>
    (tellsTop5(labels.length) ? [top1, top5] : [top1]).map(percent);
  const shareNames = tellsTop5(labels.length) ? ['top-1', 'top-5'] : ['top-1'];
  return table(numbers('', ...shareNames, 'class mean', 'macro F1', 'ECE', 'loss'), [
    [
      'by video',
      ...shares(video),
      percent(meanClassAccuracy),
      percent(macroF1),
      percent(calibration.error),
      loss.toFixed(4),
    ],
    ['by clip', ...shares(clip)],
  ]);
}

function classLines(classes: readonly ClassMetrics[]): string[] {
  const isShort = classes.length <= mostClasses;
  const worst = [...classes].sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2)).slice(0, worstShown);
  const widest = Math.max(...classes.map(({ label }) => label.length));
  const barWidth = Math.max(0, Math.min(longestBar, columnsOf(process.stdout) - widest - besideBar));
  const rows = (isShort ? classes : worst).map(({ label, support, recall, precision, f1 }) => [
    label,
    formatCount(support),
    percentOrDash(recall),
    percentOrDash(precision),
    percentOrDash(f1),
    formatBar(recall ?? 0, barWidth),
  ]);
  const lines = table(
    [
      ...numbers(
        isShort ? 'class' : `worst ${worstShown} of ${classes.length}`,
        'videos',
        'accuracy',
        'precision',
        'F1',
      ),
      { title: '' },
    ],
    rows,
  );
  return lines;
}

/** `choose taken for next 7×`. */
function mixUpsOf({ metrics, labels }: Evaluation): string[] {
  if (metrics.task === 'multiLabel') return [];
  return metrics.confusion
    .flatMap((row, own) => row.map((videos, seen) => ({ own, seen, videos })))
    .filter(({ own, seen, videos }) => own !== seen && videos > 0)
    .sort((a, b) => b.videos - a.videos)
    .slice(0, mixUpsShown)
    .map(({ own, seen, videos }) => `${labels[own]} taken for ${labels[seen]} ${videos}×`);
}

const numbers = (first: string, ...titles: string[]) => [
  { title: first },
  ...titles.map((title) => ({ title, align: 'right' as const })),
];

/** The headings dim, the rest as it is. */
function printLines([headings = '', ...rows]: string[], dim: (text: string) => string): void {
  print(dim(headings));
  for (const row of rows) print(row);
}
