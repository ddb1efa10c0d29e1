import type { VideoClip } from '../../lib/video/types';
import type { Picture } from './picture';

/** Of the pixels with the steepest edges: what is flat looks the same wherever it is. */
const steepShare = 0.1;

/**
 * How far a video's own camera moves from its first frame to others, in pixels: the median over steep edges of the change of
 * brightness over the slope (normal flow, Horn and Schunck 1981), which what moves in less than half of the picture does not change.
 * Meant for less than a pixel; more is told as some pixels.
 */
export function ownMotion(pictures: readonly Picture[]): number {
  const [first, ...others] = pictures as [Picture, ...Picture[]];
  const edges = steepEdges(first);
  return Math.max(
    0,
    ...others.map((other) =>
      median(edges.map(({ at, slope }) => Math.abs(green(other, at) - green(first, at)) / slope)),
    ),
  );
}

/** The frames of a clip. */
export function picturesOf({ data, frames, height, width }: VideoClip): Picture[] {
  const size = height * width * 3;
  return Array.from({ length: frames }, (_, index) => ({
    width,
    height,
    data: data.subarray(index * size, (index + 1) * size),
  }));
}

function steepEdges(picture: Picture): { at: number; slope: number }[] {
  const { width, height } = picture;
  const edges: { at: number; slope: number }[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const across = (green(picture, at + 1) - green(picture, at - 1)) / 2;
      const down = (green(picture, at + width) - green(picture, at - width)) / 2;
      edges.push({ at, slope: Math.hypot(across, down) });
    }
  }
  edges.sort((a, b) => b.slope - a.slope);
  return edges.slice(0, Math.ceil(edges.length * steepShare)).filter(({ slope }) => slope > 0);
}

const green = ({ data }: Picture, at: number) => data[at * 3 + 1] as number;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
