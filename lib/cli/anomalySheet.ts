import { contactSheet, framesOf, type RgbFrame, type SheetRow } from '../clip/contactSheet';
import { type HeatMap, overlayHeat } from '../clip/heatOverlay';
import type { ErrorMap } from '../model/anomaly/errorMap';
import type { AnomalyTimeline } from '../model/anomaly/types';
import { decodingOf } from '../model/decodingOf';
import type { VideoModel } from '../model/videoModel';
import { openDecodedVideo } from '../video/openVideo';
import { formatScore } from './print/anomalyPrinter';
import { formatTime } from './print/format';

const whole = { top: 0, left: 0, height: 1, width: 1 };
const style = { colormap: 'viridis', alpha: 0.6 } as const;

interface Moment {
  original: RgbFrame;
  reconstruction: RgbFrame;
  /** Root of the mean squared error of each pixel. */
  errors: HeatMap;
}

/**
 * An SVG of the strangest moments of a video that was scored: the frame as the network was given it, as it came back, and
 * the error over it, in colours from nothing to the largest error of all that are shown.
 */
export async function anomalySheet(
  model: VideoModel,
  path: string,
  timeline: AnomalyTimeline,
  count: number,
): Promise<string> {
  const { frames, frameRate } = model.input;
  const places = strangest(timeline.scores, count, frames);
  const windows = places.map((place) => {
    const first = Math.max(0, place - Math.floor(frames / 2));
    return { first, place: place - first, startSeconds: first / frameRate, frames, frameRate };
  });
  const moments: Moment[] = [];
  await using video = await openDecodedVideo(path, decodingOf([model.input]));
  for await (const clip of video.readClips(windows)) {
    const { place } = windows[moments.length] as (typeof windows)[number];
    const { clip: made, original, errors } = await model.reconstructClip(clip);
    moments.push({
      original: framesOf(original)[place] as RgbFrame,
      reconstruction: framesOf(made)[place] as RgbFrame,
      errors: rootOf(errors, place),
    });
  }
  const largest = moments.reduce((most, { errors }) => errors.values.reduce((a, b) => Math.max(a, b), most), 0) || 1;
  const rows = moments.map(({ original, reconstruction, errors }, index): SheetRow => {
    const place = places[index] as number;
    const score = timeline.scores[place] as number;
    const isAlarm = timeline.threshold !== null && score > timeline.threshold;
    const values = errors.values.map((error) => error / largest);
    return {
      title: formatTime(place / frameRate),
      detail: `${timeline.score} ${formatScore(score)}${isAlarm ? ', above the threshold' : ''}`,
      frames: [original, reconstruction, overlayHeat(original, { ...errors, values }, whole, style)],
    };
  });
  return contactSheet(
    `${path}: given, given back, and the error from 0 to ${largest.toFixed(3)} of the full range`,
    rows,
  );
}

/** The frames of the highest scores, at least `apart` from each other, in their order in time. */
function strangest(scores: readonly number[], count: number, apart: number): number[] {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const chosen: number[] = [];
  for (const place of order) {
    if (chosen.length === count) break;
    if (chosen.every((other) => Math.abs(other - place) >= apart)) chosen.push(place);
  }
  return chosen.sort((a, b) => a - b);
}

function rootOf({ data, height, width }: ErrorMap, frame: number): HeatMap {
  const size = height * width;
  return { values: data.subarray(frame * size, (frame + 1) * size).map(Math.sqrt), height, width };
}
