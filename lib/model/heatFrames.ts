import { setImmediate as nextTurn } from 'node:timers/promises';
import { framesOf, type RgbFrame } from '../clip/contactSheet';
import { type FrameArea, type HeatStyle, overlayHeat } from '../clip/heatOverlay';
import { resizedSize } from '../clip/resizedSize';
import type { CropPosition, RgbClip } from '../clip/types';
import { callNative, native } from '../native';
import type { ModelInput } from './types';

/** A clip as it is shown: its short side is at least and at most so many pixels, and both sides are even. */
const shortSides = { least: 240, most: 480 };

/**
 * The frames of a clip, as many as its network sees, each with its instant of a map laid over the part that was seen.
 * Small clips are made larger and large ones smaller.
 */
export async function heatFrames(
  clip: RgbClip,
  map: Float32Array,
  { input, crop }: { input: Readonly<ModelInput>; crop: CropPosition },
  style: HeatStyle,
): Promise<RgbFrame[]> {
  const shown = await asShown(clip);
  const area = seenArea(clip, input, crop);
  const size = input.height * input.width;
  const frames = framesOf(shown);
  const drawn: RgbFrame[] = [];
  for (let instant = 0; instant < input.frames; instant++) {
    // As the native layer picks frames.
    const index = Math.floor((instant * (clip.frames - 1)) / Math.max(1, input.frames - 1));
    const values = map.subarray(instant * size, (instant + 1) * size);
    const { height, width } = input;
    drawn.push(overlayHeat(frames[index] as RgbFrame, { values, height, width }, area, style));
    await nextTurn();
  }
  return drawn;
}

async function asShown(clip: RgbClip): Promise<RgbClip> {
  const short = Math.min(clip.height, clip.width);
  const side = Math.min(Math.max(short, shortSides.least), shortSides.most);
  const { height, width } = resizedSize([side], clip);
  const resize = [height - (height % 2), width - (width % 2)] as const;
  if (clip.height === resize[0] && clip.width === resize[1]) return clip;
  return callNative(() => native().resizeClip(clip, [...resize], true));
}

/** What the crop leaves of a frame. */
export function seenArea(
  clip: { height: number; width: number },
  { resize, height, width }: Readonly<ModelInput>,
  crop: CropPosition,
): FrameArea {
  const resized = resizedSize(resize, clip);
  const [top, left] = [Math.round((resized.height - height) * crop.y), Math.round((resized.width - width) * crop.x)];
  return {
    top: top / resized.height,
    left: left / resized.width,
    height: height / resized.height,
    width: width / resized.width,
  };
}
