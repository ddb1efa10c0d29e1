import type { VideoClip } from '../video/types';

const maxClipsInFlight = 4;
const maxBytesInFlight = 2 ** 28;

/** How many such clips of a video to have in flight: enough for batches, within bounds of memory. */
export function clipsInFlight({ data }: Pick<VideoClip, 'data'>): number {
  return Math.max(1, Math.min(maxClipsInFlight, Math.floor(maxBytesInFlight / data.length)));
}
