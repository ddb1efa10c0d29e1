import { basename, extname } from 'node:path';
import { invalidArgument } from '../base/errors';
import { writeAtomically } from '../base/writeAtomically';
import { contactSheet, framesOf, pngOf, type RgbFrame, type SheetRow } from '../clip/contactSheet';
import { type HeatMap, overlayHeat } from '../clip/heatOverlay';
import { heatSheet } from '../clip/heatPicture';
import type { ErrorMap } from '../model/anomaly/errorMap';
import type { AnomalyTimeline } from '../model/anomaly/types';
import { decodingOf } from '../model/decodingOf';
import { shownClip } from '../model/shownClip';
import type { VideoModel } from '../model/videoModel';
import { openDecodedVideo } from '../video/openVideo';
import { formatScore } from './print/anomalyPrinter';
import { formatTime } from './print/format';

const whole = { top: 0, left: 0, height: 1, width: 1 };
const style = { colormap: 'viridis', alpha: 0.6 } as const;

/** Writes a picture of the strangest `count` moments of a video that was scored. */
export type AnomalyWriter = (
  model: VideoModel,
  path: string,
  timeline: AnomalyTimeline,
  count: number,
) => Promise<void>;

const drawings: { [extension: string]: (title: string, rows: readonly SheetRow[]) => string | Buffer } = {
  '.svg': contactSheet,
  '.png': (title, rows) => pngOf(heatSheet(title, rows, style)),
};

/** Throws `ERR_INVALID_ARGUMENT` for a file of another kind. */
export function anomalyWriterFor(out: string): AnomalyWriter {
  const draw = drawings[extname(out).toLowerCase()];
  if (draw === undefined) {
    throw invalidArgument('out', `a path that ends in ${Object.keys(drawings).join(' or ')}`, out);
  }
  return async (model, path, timeline, count) => {
    const { title, rows } = await sheetOf(model, path, timeline, count);
    await writeAtomically(out, draw(title, rows));
  };
}

interface Moment {
  original: RgbFrame;
  reconstruction: RgbFrame;
  /** Root of the mean squared error of each pixel. */
  errors: HeatMap;
}

/**
 * Of each moment the frame as the network was given it, as it came back, and the error over it, in colours from nothing to the
 * largest error of all that are shown.
 */
async function sheetOf(
  model: VideoModel,
  path: string,
  timeline: AnomalyTimeline,
  count: number,
): Promise<{ title: string; rows: SheetRow[] }> {
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
      original: await shown(framesOf(original)[place] as RgbFrame),
      reconstruction: await shown(framesOf(made)[place] as RgbFrame),
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
  const title = `${basename(path)}: given, given back, and the error, of which 1 is ${largest.toFixed(3)} of the full range`;
  return { title, rows };
}

async function shown({ data, height, width }: RgbFrame): Promise<RgbFrame> {
  const [frame] = framesOf(await shownClip({ data, frames: 1, height, width }));
  return frame as RgbFrame;
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
