import { relative } from 'node:path';
import { describe, KinetorchError } from '../../base/errors';
import { groupBy } from '../../base/groupBy';
import { lookAlikes, looseForm, spelling, visibleForm } from '../../base/lookAlikes';
import type { VideoCollection, VideoSample } from '../types';
import { type LeftOutCounter, named } from './leftOut';

/** A clip as a reader finds it; what is not said is null. */
export interface FoundClip extends Partial<Omit<VideoSample, 'path' | 'labels'>> {
  path: string;
  labels: readonly string[];
  /** How errors name the place that it is listed at, for example `manifest.csv line 3`. */
  where: string;
}

/** What a reader knows beside the clips. */
interface Found {
  root: string;
  format: VideoCollection['format'];
  /** In their order. Default: those of the clips, in alphabetical order. */
  labels?: readonly string[];
  leftOut?: LeftOutCounter;
  warnings?: readonly string[];
}

/**
 * Makes a collection of clips, however they were found. Throws `ERR_DATASET` for a clip that is there twice, and for two
 * labels that look the same.
 */
export function collectionOf(clips: readonly FoundClip[], found: Found): VideoCollection {
  const { root, format, leftOut, warnings = [] } = found;
  const labels = found.labels ?? [...new Set(clips.flatMap((clip) => clip.labels))].sort();
  refuseTwins(labels);
  const places = new Map(labels.map((label, place) => [label, place]));
  const samples = clips.map(({ path, labels: names, where, ...known }) => ({
    path,
    labels: [...new Set(names)].map((label) => places.get(label) as number).sort((a, b) => a - b),
    group: null,
    split: null,
    fold: null,
    startSeconds: null,
    endSeconds: null,
    isFrames: false,
    ...known,
  }));
  refuseDuplicates(clips, samples);
  groupByFile(root, samples);
  return {
    root,
    format,
    labels,
    multiLabel: samples.some((sample) => sample.labels.length > 1),
    samples,
    leftOut: leftOut?.all ?? [],
    warnings: [...caseWarnings(labels), ...warnings, ...(leftOut?.warnings ?? [])],
  };
}

/** Labels that a person cannot tell apart are one class, spelled in two ways. */
function refuseTwins(labels: readonly string[]): void {
  const [twins] = lookAlikes(labels, visibleForm);
  if (twins === undefined && new Set(labels).size === labels.length) return;
  const double = labels.find((label, place) => labels.indexOf(label) !== place) ?? '';
  const spellings = (twins ?? [double, double]).map(spelling).join(' and ');
  throw new KinetorchError('ERR_DATASET', `expected labels that look different but received ${spellings}`);
}

function caseWarnings(labels: readonly string[]): string[] {
  const alike = lookAlikes(labels, looseForm).map((names) => names.map(spelling).join(' and '));
  if (alike.length === 0) return [];
  return [`labels that differ in case or width alone are classes of their own: ${named(alike)}`];
}

/** The same part of a video twice would, with two labels, contradict itself, and with one, be counted twice. */
function refuseDuplicates(clips: readonly FoundClip[], samples: readonly VideoSample[]): void {
  const seen = new Map<string, FoundClip>();
  samples.forEach(({ path, startSeconds, endSeconds }, index) => {
    const [clip, key] = [clips[index] as FoundClip, JSON.stringify([path, startSeconds, endSeconds])];
    const before = seen.get(key);
    if (before) throw wrong(clip.where, 'a clip that is not yet listed', `${path} of ${before.where}`);
    seen.set(key, clip);
  });
}

/** Parts of one video show the same scene: they are a group, of the video's name where no list names one. */
function groupByFile(root: string, samples: readonly VideoSample[]): void {
  for (const [path, ofVideo] of groupBy(samples, (sample) => sample.path)) {
    if (ofVideo.length === 1) continue;
    const group = ofVideo.find((sample) => sample.group !== null)?.group ?? relative(root, path);
    for (const sample of ofVideo) sample.group ??= group;
  }
}

/** What is wrong with a list. `actual` is null where there is nothing. */
export function wrong(where: string, expected: string, actual: string | null): KinetorchError {
  const received = actual === null ? 'nothing' : describe(actual);
  return new KinetorchError('ERR_DATASET', `${where}: expected ${expected} but received ${received}`);
}
