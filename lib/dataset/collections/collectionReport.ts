import type { VideoInfo } from '../../video/types';
import type { LeftOut, SplitName, VideoCollection, VideoSample } from '../types';
import { type CrossingGroup, crossingGroups } from './crossingGroups';

/** What one file turned out to be. */
export interface CheckedFile {
  path: string;
  /** Null where it cannot be opened as video. */
  info: VideoInfo | null;
  /** Why not. */
  reason: string | null;
  /** What is wrong with it though it can be read, for example that it was cut short. */
  warnings: readonly string[];
}

/** A value and how many files have it. */
export type Counted<T> = T & { files: number };

/** What `checkCollection` found. */
export interface CollectionReport {
  root: string;
  format: VideoCollection['format'];
  multiLabel: boolean;
  /** Samples; several may be parts of one file. */
  clips: number;
  files: number;
  /** Clips of each class, in all and by split. */
  classes: ({ label: string; clips: number } & Record<SplitName, number>)[];
  /** Clips by split; empty where the data name none. */
  splits: Partial<Record<SplitName, number>>;
  folds: Record<number, number>;
  /** Of clips whose files can be read; null where there is none. */
  seconds: { min: number; median: number; max: number; total: number } | null;
  /** Commonest first, as are rates and codecs. */
  sizes: Counted<{ width: number; height: number }>[];
  /** To a hundredth. */
  frameRates: Counted<{ frameRate: number | null }>[];
  codecs: Counted<{ container: string; codec: string }>[];
  /** Number of groups, and those that lie on several sides of the given splits or folds. */
  groups: number;
  groupsAcrossSplits: CrossingGroup[];
  groupsAcrossFolds: CrossingGroup[];
  /** What lies in the folder, or is listed, and is no clip. */
  leftOut: readonly LeftOut[];
  /** What a person should know of folders and lists. */
  warnings: readonly string[];
  /** Clips that cannot be used, and why. */
  broken: { path: string; reason: string }[];
  /** Files that can be read, but are damaged or say things that had to be passed over: the readers' warnings. */
  withWarnings: { path: string; warnings: readonly string[] }[];
}

/** Sums up what is known of a collection and of its files. */
export function reportOn(collection: VideoCollection, files: readonly CheckedFile[]): CollectionReport {
  const { root, format, multiLabel, samples, labels } = collection;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const infos = files.flatMap(({ info }) => info ?? []);
  return {
    root,
    format,
    multiLabel,
    clips: samples.length,
    files: files.length,
    classes: labels.map((label, index) => {
      const ofClass = samples.filter((sample) => sample.labels.includes(index));
      const { train = 0, validation = 0, test = 0 } = countBy(ofClass.flatMap(({ split }) => split ?? []));
      return { label, clips: ofClass.length, train, validation, test };
    }),
    splits: countBy(samples.flatMap(({ split }) => split ?? [])),
    folds: countBy(samples.flatMap(({ fold }) => fold ?? [])),
    seconds: summary(samples.flatMap((sample) => secondsOf(sample, byPath.get(sample.path)) ?? [])),
    sizes: counted(infos.map(({ width, height }) => ({ width, height }))),
    frameRates: counted(infos.map(({ frameRate }) => ({ frameRate: frameRate && Math.round(frameRate * 100) / 100 }))),
    codecs: counted(infos.map(({ container, codec }) => ({ container, codec }))),
    groups: new Set(samples.flatMap(({ group }) => group ?? [])).size,
    groupsAcrossSplits: crossingGroups(placed(samples, ({ split }) => split)),
    groupsAcrossFolds: crossingGroups(placed(samples, ({ fold }) => fold)),
    leftOut: collection.leftOut,
    warnings: collection.warnings,
    broken: brokenClips(samples, byPath),
    withWarnings: files.flatMap(({ path, warnings }) => (warnings.length > 0 ? [{ path, warnings }] : [])),
  };
}

function brokenClips(samples: readonly VideoSample[], byPath: Map<string, CheckedFile>): CollectionReport['broken'] {
  const broken = [...byPath.values()].flatMap(({ path, reason }) => (reason === null ? [] : [{ path, reason }]));
  for (const { path, startSeconds } of samples) {
    const end = byPath.get(path)?.info?.durationSeconds;
    if (startSeconds !== null && end !== undefined && startSeconds >= end) {
      broken.push({ path, reason: `a clip starts at ${startSeconds} s but the video ends at ${end.toFixed(2)} s` });
    }
  }
  return broken;
}

function secondsOf({ startSeconds, endSeconds }: VideoSample, file: CheckedFile | undefined): number | null {
  const duration = file?.info?.durationSeconds;
  if (duration === undefined) return null;
  const seconds = Math.min(endSeconds ?? duration, duration) - (startSeconds ?? 0);
  return seconds > 0 ? seconds : null;
}

function summary(seconds: readonly number[]): CollectionReport['seconds'] {
  const sorted = [...seconds].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const [low, high] = [sorted[(sorted.length - 1) >> 1] as number, sorted[sorted.length >> 1] as number];
  return { min, median: (low + high) / 2, max, total: sorted.reduce((sum, one) => sum + one, 0) };
}

function countBy<K extends string | number>(values: readonly K[]): Record<K, number> {
  const counts = {} as Record<K, number>;
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function counted<T extends object>(values: readonly T[]): Counted<T>[] {
  const counts = countBy(values.map((value) => JSON.stringify(value)));
  return Object.entries(counts)
    .map(([value, files]) => ({ ...(JSON.parse(value) as T), files }))
    .sort((a, b) => b.files - a.files);
}

function placed(samples: readonly VideoSample[], sideOf: (sample: VideoSample) => string | number | null) {
  return samples.flatMap((sample) => {
    const side = sideOf(sample);
    return side === null ? [] : [{ sample, side: String(side) }];
  });
}
