import { resizedSize } from '../clip/resizedSize';
import type { RgbClip } from '../clip/types';
import { callNative, native } from '../native';

/** A clip as it is shown: its short side is at least and at most so many pixels, and both sides are even. */
const shortSides = { least: 240, most: 480 };

/** A clip as pictures of it show it: small ones are made larger and large ones smaller. */
export async function shownClip(clip: RgbClip): Promise<RgbClip> {
  const short = Math.min(clip.height, clip.width);
  const side = Math.min(Math.max(short, shortSides.least), shortSides.most);
  const { height, width } = resizedSize([side], clip);
  const resize = [height - (height % 2), width - (width % 2)] as const;
  if (clip.height === resize[0] && clip.width === resize[1]) return clip;
  return callNative(() => native().resizeClip(clip, [...resize], true));
}
