import { percent } from '../../base/format';
import type { AnomalyEvaluation } from '../../evaluation/anomaly/types';
import type { AnomalyTimeline } from '../../model/anomaly/types';
import type { ModelInput } from '../../model/types';
import { formatBar, formatDuration, formatTime, plural } from './format';
import { table } from './table';
import { colorsFor, note, print, visible } from './terminal';
import { videoHeader } from './videoHeader';

const barWidth = 20;

/** Prints what was found in videos. */
export class AnomalyPrinter {
  private readonly colors = colorsFor(process.stdout);
  private videos = 0;

  constructor(private readonly input: Pick<ModelInput, 'frames'>) {}

  timeline(path: string, { scores, frameRate, threshold, segments, video, warnings, score }: AnomalyTimeline): void {
    if (this.videos++ > 0) print();
    print(videoHeader(path, video));
    const { dim, red, yellow } = this.colors;
    const [least, most] = ends(scores);
    const { frames } = this.input;
    for (let first = 0; first < scores.length; first += frames) {
      const ofLine = scores.slice(first, first + frames);
      const [, highest] = ends(ofLine);
      const isAlarm = threshold !== null && highest > threshold;
      const [from, to] = [first, first + ofLine.length].map((frame) => formatTime(frame / frameRate)) as [
        string,
        string,
      ];
      const bar = formatBar(most > least ? (highest - least) / (most - least) : 0, barWidth);
      const line = `  ${dim(`${from.padStart(7)} – ${to.padEnd(7)}`)}  ${formatScore(highest).padStart(9)} ${(isAlarm ? red : dim)(bar)}`;
      print(`${line}${isAlarm ? `  ${red('ALARM')}` : ''}`.trimEnd());
    }
    for (const warning of warnings) note(`${yellow('warning:')} ${visible(path)}: ${warning}`);
    print(`  ${dim(this.summary({ threshold, segments, score }))}`);
  }

  private summary({ threshold, segments, score }: Pick<AnomalyTimeline, 'threshold' | 'segments' | 'score'>): string {
    if (threshold === null) return `no threshold for ${score}: give --threshold, or find one with --fit`;
    const where = segments.map(
      ({ startSeconds, endSeconds }) => `${formatTime(startSeconds)}–${formatTime(endSeconds)}`,
    );
    const found = segments.length === 0 ? 'no alarm' : `${plural(segments.length, 'alarm')}: ${where.join(', ')}`;
    return `${found} (${score} above ${formatScore(threshold)})`;
  }
}

/** Decibels to two places, errors to four digits. */
export function formatScore(score: number): string {
  return score < 0 ? score.toFixed(2) : score.toPrecision(4);
}

function ends(values: readonly number[]): [least: number, most: number] {
  return values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}

/** Shows an evaluation to a person. */
export function printAnomalyEvaluation(evaluation: AnomalyEvaluation): void {
  const { bold, dim, yellow } = colorsFor(process.stdout);
  const { videos, frames, auc, macroAuc, equalErrorRate, alarm, score, normalise, skipped, warnings } = evaluation;
  for (const warning of warnings) print(yellow(`warning: ${warning}`));
  const kinds = `${plural(frames.normal, 'normal frame')}, ${frames.anomalous} anomalous`;
  print(bold(`${plural(videos.length, 'video')}, ${kinds}, by ${score}`));
  const scaled = normalise === 'video' ? "each video's scores from 0 to 1" : 'scores as they are';
  const rows = [
    ['AUC of all frames', auc.toFixed(4), scaled],
    ["mean of the videos' own", macroAuc?.toFixed(4) ?? '–', 'of those with both kinds of frames'],
    ['equal error rate', percent(equalErrorRate), ''],
    ...(alarm
      ? [
          [
            `above ${formatScore(alarm.threshold)}`,
            percent(alarm.detected),
            `found; ${percent(alarm.falseAlarms)} false alarms`,
          ],
        ]
      : []),
  ];
  for (const line of table([{ title: '' }, { title: 'value', align: 'right' }, { title: '' }], rows)) print(line);
  print(dim(`${formatDuration(evaluation.seconds * 1000)} on ${evaluation.device}`));
  for (const { name, reason } of skipped) print(yellow(`left out: ${name}: ${reason}`));
}
