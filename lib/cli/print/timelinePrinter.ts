import type { Prediction, VideoSegment } from '../../model/types';
import type { WatchedSegment } from '../../model/watchStream';
import type { VideoInfo } from '../../video/types';
import { cut, fit, formatBar, formatPercent, formatTime } from './format';
import { colorsFor, columnsOf, print } from './terminal';
import { videoHeader } from './videoHeader';

/** Below this probability the best label is called unclear: the model thinks it more likely to be something else. */
const clearFrom = 0.5;
/** A second guess below this is left out, unless the number of predictions was asked for. */
const worthNaming = 0.05;
const barWidth = 10;
const maxLabelWidth = 32;
const minLabelWidth = 8;
/** What stands beside a label on a line: times, probability, bar and milliseconds. */
const besideLabel = 48;

/** How a timeline is laid out. */
export interface TimelineLayout {
  labels: readonly string[];
  /** Print every prediction that a segment has. */
  showAll: boolean;
}

/** Prints segments of a video as lines: time range, label, probability, bar, milliseconds, and what else it might be. */
export class TimelinePrinter {
  private readonly labelWidth: number;
  private readonly colors = colorsFor(process.stdout);
  private videos = 0;

  constructor(private readonly layout: TimelineLayout) {
    const longest = layout.labels.reduce((width, label) => Math.max(width, label.length), 0);
    const room = columnsOf(process.stdout) - besideLabel;
    this.labelWidth = Math.max(minLabelWidth, Math.min(maxLabelWidth, longest, room));
  }

  /** What begins a video; an empty line parts it from the one before. */
  header(name: string, video: VideoInfo): void {
    if (this.videos++ > 0) print();
    print(videoHeader(name, video));
  }

  segment({ startSeconds, endSeconds, paddedSeconds, predictions }: VideoSegment, milliseconds?: number): void {
    const range = `${formatTime(startSeconds).padStart(7)} – ${formatTime(endSeconds).padEnd(7)}`;
    const took = milliseconds === undefined ? '' : `  ${milliseconds.toFixed(0).padStart(5)} ms`;
    print(this.line(range, predictions, took, paddedSeconds));
  }

  /** A window of a stream, by the clock. */
  moment({ startedAt, paddedSeconds, predictions }: WatchedSegment): void {
    print(this.line(new Date(startedAt).toTimeString().slice(0, 8), predictions, '', paddedSeconds));
  }

  overall(predictions: readonly Prediction[]): void {
    print(this.line('whole video'.padEnd(17), predictions, ''));
  }

  private line(place: string, predictions: readonly Prediction[], took: string, paddedSeconds = 0): string {
    const { dim, green, yellow } = this.colors;
    const [best, ...others] = predictions;
    if (!best) return `  ${place}`;
    const isClear = best.score >= clearFrom;
    const label = fit(best.label, this.labelWidth);
    const bar = formatBar(best.score, barWidth);
    const named = others.filter(({ score }) => this.layout.showAll || score >= worthNaming);
    const also = named.map((other) => `${other.label} ${formatPercent(other.score)}`).join(', ');
    const remarks = [
      ...(isClear ? [] : ['unclear']),
      ...(also ? [`also ${also}`] : []),
      ...(paddedSeconds > 0 ? [`one frame repeated for ${paddedSeconds.toFixed(2)} s`] : []),
    ].join('; ');
    const left = columnsOf(process.stdout) - besideLabel - this.labelWidth;
    const remark = remarks.length + 2 > left ? cut(remarks, left - 2) : remarks;
    const main = `${isClear ? label : dim(label)}  ${formatPercent(best.score).padStart(4)} ${(isClear ? green : yellow)(bar)}`;
    return `  ${dim(place)}  ${main}${dim(took)}${remark ? dim(`  ${remark}`) : ''}`.trimEnd();
  }
}
