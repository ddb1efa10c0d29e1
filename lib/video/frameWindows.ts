import { types } from 'node:util';
import { describe, invalidArgument, KinetorchError } from '../base/errors';
import { untilAborted } from '../base/untilAborted';
import { clipSpan } from './clipSpan';
import { videoLimits } from './limits';
import { type ShownFrames, slideWindows } from './slideWindows';
import type { SlideWindows, TimedPicture, VideoClip } from './types';

/** A picture that was checked and copied, as RGB; its time counts from the first. */
interface ShownPicture {
  rgb: Uint8Array;
  time: number;
}

/**
 * Slides a window over pictures as they come, by the same rules as over a video: each is on screen until the next, and the
 * last for the usual step of those before it, or the last step where that is shorter: a camera may pause. A window is given as soon as a picture after its last instant has come. What a
 * window needs is copied; no picture is asked for while a window is not taken.
 *
 * @throws KinetorchError `ERR_CLIP_SHAPE` (sizes that disagree or change), `ERR_CLIP_DATA` (no bytes; or `pictures`
 * threw), `ERR_INVALID_ARGUMENT` (a time that runs backwards), `ERR_ABORTED`
 */
export async function* frameWindows(
  pictures: AsyncIterable<TimedPicture> | Iterable<TimedPicture>,
  windows: SlideWindows,
  signal: AbortSignal,
): AsyncGenerator<VideoClip, void> {
  const source = untilAborted(pictures, signal);
  try {
    const shown = new PictureQueue(source, windows);
    await shown.begin();
    const slid = slideWindows(
      shown,
      windows,
      0,
      ({ rgb }) => rgb,
      () => shown.endSeconds,
    );
    for await (const { startSeconds, pictures: shownPictures } of slid) {
      const { height, width, zeroSeconds } = shown;
      const span = clipSpan({ ...windows, startSeconds }, shown.endSeconds);
      yield {
        data: joined(shownPictures),
        height,
        width,
        ...span,
        startSeconds: zeroSeconds + span.startSeconds,
        endSeconds: zeroSeconds + span.endSeconds,
      };
    }
  } finally {
    await source.return();
  }
}

/** Steps between pictures that tell the usual one. */
const keptSteps = 15;

/** The picture on screen and the one after it. */
class PictureQueue implements ShownFrames<ShownPicture> {
  current: ShownPicture | null = null;
  upcoming: ShownPicture | null = null;
  width = 0;
  height = 0;
  /** Of the first picture, by the caller's clock. */
  zeroSeconds = 0;
  /** When the last picture ends, from the first; infinite while it is not known which is the last. */
  endSeconds = Infinity;
  /** Seconds from picture to picture, of the latest. */
  private readonly steps: number[] = [];

  constructor(
    private readonly source: AsyncGenerator<TimedPicture, void>,
    private readonly windows: SlideWindows,
  ) {}

  async begin(): Promise<void> {
    this.current = await this.next(null);
    this.upcoming = this.current && (await this.next(this.current));
  }

  async advance(): Promise<boolean> {
    if (this.current === null || this.upcoming === null) return false;
    this.current = this.upcoming;
    this.upcoming = await this.next(this.current);
    return true;
  }

  private async next(last: ShownPicture | null): Promise<ShownPicture | null> {
    const { done, value } = await this.take();
    if (!done) return this.accept(value, last);
    if (last !== null) this.endSeconds = last.time + this.lastStep();
    return null;
  }

  private lastStep(): number {
    const sorted = [...this.steps].sort((a, b) => a - b);
    const usual = sorted[Math.floor((sorted.length - 1) / 2)] ?? 1 / this.windows.frameRate;
    return Math.min(usual, this.steps.at(-1) ?? usual);
  }

  private async take(): Promise<IteratorResult<TimedPicture, void>> {
    try {
      return await this.source.next();
    } catch (error) {
      if (error instanceof KinetorchError) throw error;
      const { message = String(error) } = (error ?? {}) as Partial<Error>;
      throw new KinetorchError('ERR_CLIP_DATA', `the frames ended with an error: ${message}`, { cause: error });
    }
  }

  private accept(picture: TimedPicture, last: ShownPicture | null): ShownPicture {
    if (picture === null || typeof picture !== 'object') {
      const expected = 'a frame { data, width, height, timeSeconds }';
      throw new KinetorchError('ERR_CLIP_DATA', `expected ${expected} but received ${describe(picture)}`);
    }
    const { data, width, height, timeSeconds } = picture;
    if (!types.isUint8Array(data) && !types.isUint8ClampedArray(data)) {
      const expected = 'expected `frame.data` to be a Uint8Array or Uint8ClampedArray';
      throw new KinetorchError('ERR_CLIP_DATA', `${expected} but received ${describe(data)}`);
    }
    if (last === null) {
      checkSize(width, height, this.windows.frames);
      Object.assign(this, { width, height });
    }
    if (width !== this.width || height !== this.height) {
      const expected = `expected every frame to be ${this.width}×${this.height}, as the first,`;
      throw new KinetorchError('ERR_CLIP_SHAPE', `${expected} but received one of ${width}×${height}`);
    }
    const pixels = width * height;
    if (data.length !== pixels * 3 && data.length !== pixels * 4) {
      throw new KinetorchError(
        'ERR_CLIP_SHAPE',
        `expected ${width}×${height} pixels of RGB or RGBA, ${pixels * 3} or ${pixels * 4} bytes, in \`frame.data\` but received ${data.length}`,
      );
    }
    if (!Number.isFinite(timeSeconds)) throw invalidArgument('frame.timeSeconds', 'a finite number', timeSeconds);
    if (last === null) this.zeroSeconds = timeSeconds;
    const time = timeSeconds - this.zeroSeconds;
    if (last !== null && time < last.time) {
      const before = last.time + this.zeroSeconds;
      throw invalidArgument('frame.timeSeconds', `at or after the ${before} of the frame before`, timeSeconds);
    }
    if (last !== null && time > last.time) this.steps.push(time - last.time);
    if (this.steps.length > keptSteps) this.steps.shift();
    // A copy: its owner may use the array for the next one.
    return { rgb: data.length === pixels * 3 ? Uint8Array.from(data) : withoutAlpha(data, pixels), time };
  }
}

function checkSize(width: number, height: number, frames: number): void {
  const most = Math.min(videoLimits.maxPixels, Math.floor(videoLimits.maxClipBytes / (3 * frames)));
  const isSide = (side: number) => Number.isInteger(side) && side >= 1;
  if (isSide(width) && isSide(height) && width * height <= most) return;
  throw new KinetorchError(
    'ERR_CLIP_SHAPE',
    `expected a frame's \`width\` and \`height\` to be integers above 0 of at most ${most} pixels but received ${describe(width)} and ${describe(height)}`,
  );
}

function withoutAlpha(rgba: Uint8Array | Uint8ClampedArray, pixels: number): Uint8Array {
  const rgb = new Uint8Array(pixels * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from] as number;
    rgb[to + 1] = rgba[from + 1] as number;
    rgb[to + 2] = rgba[from + 2] as number;
  }
  return rgb;
}

function joined(pictures: readonly Uint8Array[]): Uint8Array {
  const size = pictures[0]?.length ?? 0;
  const data = new Uint8Array(pictures.length * size);
  for (const [i, picture] of pictures.entries()) data.set(picture, i * size);
  return data;
}
