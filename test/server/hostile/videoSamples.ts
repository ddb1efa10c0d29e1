import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { greyFrames, makeVideos } from '../../support/videos';
import type { Secret } from './judgeVideoAnswer';
import type { Canaries } from './referringVideos';

/** Files that the server's machine has, and nobody may see. */
export const secret: Secret = { width: 72, height: 40, words: 'nobody-may-read-this' };

export interface VideoSamples {
  /** Sound ones, of a few kilobytes: MP4 and Matroska first. */
  sound: [mp4: Buffer, matroska: Buffer, ...others: Buffer[]];
  canaries: Canaries;
}

/** Writes small videos of several containers and codecs, and the canaries, into a folder. */
export function videoSamples(folder: string): VideoSamples {
  const frames = greyFrames([0, 1, 2, 3, 4, 5, 6, 7]);
  const timeBase: [number, number] = [1, 25];
  const kinds = [
    { format: 'mp4', codec: 'libx264' },
    { format: 'matroska', codec: 'libx264' },
    { format: 'avi', codec: 'mpeg4' },
    { format: 'mpegts', codec: 'mpeg2video' },
    { format: 'webm', codec: 'libvpx' },
    { format: 'mov', codec: 'mjpeg', pixelFormat: 'yuvj420p' },
    { format: 'flv', codec: 'flv' },
  ];
  const specs = kinds.map((kind, i) => ({
    ...kind,
    path: join(folder, `${i}.video`),
    width: 64,
    height: 48,
    timeBase,
    frames,
  }));
  const canaries = { video: join(folder, 'secret.ts'), text: join(folder, 'secret.txt') };
  const canary = { path: canaries.video, format: 'mpegts', codec: 'mpeg2video', ...secret, timeBase, frames };
  makeVideos([...specs, canary]);
  writeFileSync(canaries.text, `${secret.words}\n`.repeat(20));
  return { sound: specs.map(({ path }) => readFileSync(path)) as VideoSamples['sound'], canaries };
}
