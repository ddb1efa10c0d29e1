import { KinetorchError } from '../base/errors';
import type { CropPosition } from '../clip/types';
import type { VideoClip, VideoInfo } from '../video/types';
import type { ClipClassifier } from './clipClassifier';

const maxClipsInFlight = 4;
const maxBytesInFlight = 2 ** 28;

/** One crop is the centre; three lie along the longer side of the frame. */
export function cropPositions({ width, height }: Pick<VideoInfo, 'width' | 'height'>, crops: 1 | 3): CropPosition[] {
  if (crops === 1) return [{ x: 0.5, y: 0.5 }];
  return [0, 0.5, 1].map((place) => (width >= height ? { x: place, y: 0.5 } : { x: 0.5, y: place }));
}

/** How many clips of a video to have in flight: enough for batches, within bounds of memory. */
export function clipsInFlight({ width, height }: Pick<VideoInfo, 'width' | 'height'>, frames: number): number {
  return Math.max(1, Math.min(maxClipsInFlight, Math.floor(maxBytesInFlight / (width * height * 3 * frames))));
}

/** Runs the views (crops) of clips on a model. */
export class ViewRunner {
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    private readonly classifier: ClipClassifier,
    private readonly crops: CropPosition[],
    private readonly signal: AbortSignal,
  ) {}

  /** Probabilities averaged over the crops of one clip. */
  async run(clip: VideoClip): Promise<Float32Array> {
    return mean(await Promise.all(this.crops.map((crop) => this.view(clip, crop))));
  }

  /** A queue that this video fills itself is waited for; one that others fill is an error, as for a single clip. */
  private async view(clip: VideoClip, crop: CropPosition): Promise<Float32Array> {
    for (;;) {
      const call = this.classifier.probabilities(clip, { crop, signal: this.signal });
      this.running.add(call);
      try {
        return await call;
      } catch (error) {
        this.running.delete(call);
        const isFull = error instanceof KinetorchError && error.code === 'ERR_QUEUE_FULL';
        if (!isFull || this.running.size === 0) throw error;
        await Promise.race(this.running).catch(() => {});
      } finally {
        this.running.delete(call);
      }
    }
  }
}

/** The mean of vectors of one length. */
export function mean(vectors: Float32Array[]): Float32Array {
  const sums = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (vector[i] ?? 0);
  return Float32Array.from(sums, (sum) => sum / vectors.length);
}
