import type { RgbClip } from './types';

/**
 * Cuts a `height`×`width` window out of every frame. `x` and `y` place it: 0 is left or top, 0.5 the centre, 1 right
 * or bottom. A clip of that size already is given back as it is.
 */
export function cropClip(clip: RgbClip, height: number, width: number, x: number, y: number): RgbClip {
  if (clip.height === height && clip.width === width) return clip;
  const left = Math.round((clip.width - width) * x);
  const top = Math.round((clip.height - height) * y);
  const data = new Uint8Array(clip.frames * height * width * 3);
  for (let frame = 0; frame < clip.frames; frame++) {
    for (let row = 0; row < height; row++) {
      const from = ((frame * clip.height + top + row) * clip.width + left) * 3;
      data.set(clip.data.subarray(from, from + width * 3), (frame * height + row) * width * 3);
    }
  }
  return { data, frames: clip.frames, height, width };
}
