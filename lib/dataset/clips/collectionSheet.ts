import { contactSheet, framesOf, type SheetRow } from '../../clip/contactSheet';
import type { RgbClip } from '../../clip/types';
import { usualPictureRate } from '../options';
import type { VideoCollection, VideoSample } from '../types';
import { readSpans } from './spanReader';

const clipsPerClass = 2;
/** Frames are taken to this many a second; finer does not show. */
const rate = 10;

export interface CollectionSheetOptions {
  /** Of each clip, spread over all of it. */
  frames: number;
  /** `[height, width]` or `[shortSide]` in pixels. */
  resize: readonly number[];
}

/** An SVG of some clips of each class; a clip that cannot be decoded is shown as the reason why. */
export async function collectionSheet(collection: VideoCollection, options: CollectionSheetOptions): Promise<string> {
  const { labels, samples, root } = collection;
  const rows: SheetRow[] = [];
  for (const [index, title] of labels.entries()) {
    const ofClass = samples.filter((sample) => sample.labels.includes(index));
    for (const sample of spread(ofClass, clipsPerClass)) {
      const name = sample.path.startsWith(root) ? sample.path.slice(root.length + 1) : sample.path;
      rows.push({ title, ...(await rowOf(sample, name, options)) });
    }
  }
  return contactSheet(`${samples.length} clips of ${labels.length} classes`, rows);
}

async function rowOf(sample: VideoSample, name: string, { frames, resize }: CollectionSheetOptions) {
  const { path, startSeconds, endSeconds, isFrames } = sample;
  const pictureRate = isFrames ? usualPictureRate : null;
  const choose = (count: number) =>
    Array.from({ length: frames }, (_, part) => Math.floor(((part + 0.5) * count) / frames));
  try {
    const span = { path, pictureRate, startSeconds, endSeconds, rate, resize, antialias: true };
    const [clip] = await readSpans([{ span, choose }]);
    return { detail: name, frames: framesOf(clip as RgbClip) };
  } catch (error) {
    return { detail: (error as Error).message, frames: [] };
  }
}

/** Some of many, evenly. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, place) => items[Math.floor(((place + 0.5) * items.length) / count)] as T);
}
