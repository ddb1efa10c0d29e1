import type { NativeBatch } from '../../binding';
import { KinetorchError } from '../base/errors';
import type { RgbClip } from './types';

/** A clip, what it shows, and what errors call it. */
export interface LabelledClip {
  name: string;
  labels: readonly number[];
  clip: RgbClip;
}

/**
 * One batch of clips, in their order. With `targetClasses` above 0 it has `targets` of that many classes, else `labels`.
 * `ERR_DATASET` where clips differ in size.
 */
export function stackClips(clips: readonly LabelledClip[], targetClasses: number): NativeBatch {
  const { name, clip } = clips[0] as LabelledClip;
  const { frames, height, width } = clip;
  // Not zeroed: every byte is written below.
  const data = new Uint8Array(Buffer.allocUnsafeSlow(clips.length * clip.data.length).buffer);
  clips.forEach((other, place) => {
    if (shapeOf(other.clip) !== shapeOf(clip)) {
      throw new KinetorchError(
        'ERR_DATASET',
        `expected all clips to be of one size, ${shapeOf(clip)} as ${name}, but ${other.name} is ${shapeOf(other.clip)}`,
      );
    }
    data.set(other.clip.data, place * clip.data.length);
  });
  const shape = { data, batch: clips.length, frames, height, width };
  if (targetClasses === 0) {
    const labels = Int32Array.from(clips, (one) => one.labels[0] as number);
    return { ...shape, labels, targets: new Float32Array() };
  }
  const targets = new Float32Array(clips.length * targetClasses);
  clips.forEach(({ labels }, place) => {
    for (const label of labels) targets[place * targetClasses + label] = 1;
  });
  return { ...shape, labels: new Int32Array(), targets };
}

function shapeOf(clip: RgbClip): string {
  return `${clip.frames}×${clip.height}×${clip.width}`;
}
