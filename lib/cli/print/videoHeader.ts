import type { VideoInfo } from '../../video/types';
import { formatTime } from './format';
import { colorsFor, visible } from './terminal';

/** The line that begins what is printed of a video. */
export function videoHeader(name: string, { width, height, frameRate, durationSeconds, codec }: VideoInfo): string {
  const { bold, dim } = colorsFor(process.stdout);
  const facts = [
    `${width}×${height}`,
    ...(frameRate === null ? [] : [`${Number(frameRate.toFixed(2))} fps`]),
    codec,
    formatTime(durationSeconds),
  ];
  return `${bold(visible(name))}  ${dim(facts.join(' · '))}`;
}
