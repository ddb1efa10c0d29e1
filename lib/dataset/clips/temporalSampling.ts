import { timeTolerance } from '../../base/timeTolerance';
import { viewWindows } from '../../video/sampleWindows';
import type { ClipWindow } from '../../video/types';

/** With a range of speeds, frames kept for each frame of a clip: coarser, a slower clip would show frames twice. */
const framesPerFrameWithSpeed = 2;

/** How clips lie in time. */
export interface TemporalSampling {
  /** Frames in a clip. */
  frames: number;
  /** Frames per second of the video that are looked at; a clip takes every `stride`-th. */
  frameRate: number;
  stride: number;
  sampling: 'dense' | 'segment';
  /** Range of a factor on a clip's length in time; above 1 plays faster. */
  speed?: readonly [min: number, max: number];
}

/**
 * Which frames of a span make a clip, or several after each other, by the span's number of frames on the grid of
 * {@link gridRate}. Pure: it is asked again where what the cache held turns out to be damaged.
 */
export type FrameChoice = (count: number) => number[];

/** Frames a second at which a span is decoded, and kept. */
export function gridRate({ frameRate, speed }: TemporalSampling): number {
  return frameRate * (speed && (speed[0] !== 1 || speed[1] !== 1) ? framesPerFrameWithSpeed : 1);
}

/**
 * A clip for training. Dense: a random start, and the last frame again where the span is too short. Segment: a random
 * frame of each of `frames` equal parts of the span; below speed 1 of a random piece of it, of that share.
 */
export function trainingChoice(sampling: TemporalSampling, random: () => number): FrameChoice {
  const { frames, frameRate, stride, speed: [slowest, fastest] = [1, 1] } = sampling;
  const speed = slowest + (fastest - slowest) * random();
  const place = random();
  if (sampling.sampling === 'segment') {
    const within = Array.from({ length: frames }, random);
    return (count) => {
      const length = count * Math.min(1, speed);
      const start = (count - length) * place;
      return within.map((share, part) => Math.min(count - 1, Math.floor(start + ((part + share) * length) / frames)));
    };
  }
  const step = (speed * stride * gridRate(sampling)) / frameRate;
  return (count) => {
    const last = Math.max(0, count - 1 - Math.round((frames - 1) * step));
    const start = Math.floor(place * (last + 1));
    return Array.from({ length: frames }, (_, i) => Math.min(count - 1, start + Math.round(i * step)));
  };
}

/** Views for evaluation, as `classifyVideo` takes them: fewer than `clips` where the span is short for that many. */
export function viewChoices(sampling: TemporalSampling, clips: number): (count: number) => number[][] {
  const rate = gridRate(sampling);
  const { frames, frameRate, stride } = sampling;
  const isDense = sampling.sampling === 'dense';
  const options = { clips, frames, frameRate: isDense ? frameRate / stride : frameRate, sampling: sampling.sampling };
  return (count) => {
    const views = viewWindows(count / rate, options).map((window) => indicesOf(window, rate, count));
    // Neighbours in a short span may fall on the same frames.
    return views.filter((view, place) => place === 0 || `${view}` !== `${views[place - 1]}`);
  };
}

/** One view, in the middle. */
export function evaluationChoice(sampling: TemporalSampling): FrameChoice {
  const views = viewChoices(sampling, 1);
  return (count) => views(count)[0] as number[];
}

/** The frame on screen at each instant of a window. */
function indicesOf({ startSeconds, frames, frameRate }: ClipWindow, rate: number, count: number): number[] {
  return Array.from({ length: frames }, (_, i) =>
    Math.min(count - 1, Math.floor((startSeconds + i / frameRate) * rate + timeTolerance)),
  );
}
