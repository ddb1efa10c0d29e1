import type { VideoModel } from '../../model/videoModel';
import { formatDuration, plural } from './format';
import { ProgressBar } from './progressBar';
import { colorsFor, note, print, printJson, visible } from './terminal';
import type { TimelinePrinter } from './timelinePrinter';

/** How one video is classified and printed. */
export interface ReportOptions {
  /** Predictions of each window. Default 3, of which only likely ones are printed. */
  topK?: number;
  crops: 1 | 3;
  window?: number;
  stride?: number;
  json?: boolean;
}

/** Windows from the beginning of a video to its end, each printed as soon as it is known. */
export async function printTimeline(
  model: VideoModel,
  path: string,
  options: ReportOptions,
  printer: TimelinePrinter,
): Promise<void> {
  const { openDecodedVideo } = await import('../../video/openVideo.js');
  const { decodingOf } = await import('../../model/decodingOf.js');
  const { videoTimeline } = await import('../videoTimeline.js');
  const began = performance.now();
  const bar = progressBar(path);
  await using video = await openDecodedVideo(path, decodingOf(model.classifier.inputs));
  if (!options.json) printer.header(path, video.info);
  const duration = video.info.durationSeconds;
  const segments = [];
  let windows = 0;
  // Where the lines themselves can be watched, they are the progress.
  if (!process.stdout.isTTY) bar.start(duration);
  try {
    const timeline = { ...options, topK: topKFor(model, options) };
    for await (const segment of videoTimeline(model, video, timeline)) {
      windows++;
      if (options.json) segments.push(segment);
      else printer.segment(segment, segment.milliseconds);
      bar.update(Math.min(segment.endSeconds, duration));
    }
  } finally {
    bar.clear();
  }
  const milliseconds = performance.now() - began;
  const warnings = [...video.warnings];
  if (options.json) {
    printJson({ file: path, video: video.info, segments, warnings: [...model.warnings, ...warnings], milliseconds });
    return;
  }
  noteWarnings(path, warnings);
  const speed = duration / (milliseconds / 1000);
  const pace = duration > 0 ? `, ${speed.toFixed(speed < 10 ? 1 : 0)}× real time` : '';
  print(`  ${dim(`${plural(windows, 'window')} in ${formatDuration(milliseconds)}${pace}`)}`);
}

/** Clips spread evenly over a video, and the mean of them all. */
export async function printClips(
  model: VideoModel,
  path: string,
  clips: number,
  options: ReportOptions,
  printer: TimelinePrinter,
): Promise<void> {
  const began = performance.now();
  const bar = progressBar(path);
  bar.start(clips);
  try {
    const { predictions, segments, video, warnings } = await model.classifyVideo(path, {
      clips,
      crops: options.crops,
      topK: topKFor(model, options),
      onProgress: ({ done, total }) => bar.update((done / total) * clips),
    });
    bar.clear();
    const milliseconds = performance.now() - began;
    if (options.json) {
      const all = [...model.warnings, ...warnings];
      printJson({ file: path, video, predictions, segments, warnings: all, milliseconds });
      return;
    }
    printer.header(path, video);
    for (const segment of segments) printer.segment(segment);
    printer.overall(predictions);
    noteWarnings(path, warnings);
    print(`  ${dim(`${plural(segments.length, 'clip')} in ${formatDuration(milliseconds)}`)}`);
  } finally {
    bar.clear();
  }
}

const dim = (text: string) => colorsFor(process.stdout).dim(text);

function noteWarnings(path: string, warnings: readonly string[]): void {
  const { yellow } = colorsFor(process.stderr);
  for (const warning of warnings) note(`${yellow('warning:')} ${visible(path)}: ${warning}`);
}

function progressBar(path: string): ProgressBar {
  return new ProgressBar(`  ${visible(path)} {bar} {percentage}%`);
}

function topKFor({ labels }: VideoModel, { topK = Math.min(3, labels.length) }: ReportOptions): number {
  return topK;
}
