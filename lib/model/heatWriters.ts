import { extname } from 'node:path';
import { invalidArgument } from '../base/errors';
import { evenly } from '../base/evenly';
import { replaceAtomically, writeAtomically } from '../base/writeAtomically';
import { contactSheet, pngOf, type RgbFrame, type SheetRow } from '../clip/contactSheet';
import { colorScale, type HeatStyle } from '../clip/heatOverlay';
import { captioned, heatSheet } from '../clip/heatPicture';
import { VideoWriter } from '../video/videoWriter';
import { type ExplainedSegment, usualMoments } from './explainOptions';
import type { ModelInput } from './types';

/** A window of a video with the map over its frames. */
export interface HeatMoment extends ExplainedSegment {
  frames: readonly RgbFrame[];
}

export interface HeatWriterOptions {
  path: string;
  /** Of the video. */
  name: string;
  input: Readonly<ModelInput>;
  style: HeatStyle;
  /** How many of them a sheet has. Default 6. */
  moments?: number;
  signal: AbortSignal;
}

/** Makes a file of moments as they come. */
export type HeatWriter = (moments: AsyncIterable<HeatMoment>, options: HeatWriterOptions) => Promise<void>;

/** Of a moment in a sheet. */
const sheetFrames = 6;

const writers: { [extension: string]: HeatWriter } = {
  '.mp4': writeVideo,
  '.svg': async (moments, options) => writeAtomically(options.path, svgOf(await keyMoments(moments, options), options)),
  '.png': async (moments, options) =>
    writeAtomically(options.path, pngOfRows(await keyMoments(moments, options), options)),
};

/** Throws `ERR_INVALID_ARGUMENT` for a file of another kind, and for `moments` of one that shows all. */
export function heatWriterFor(path: string, { moments }: Pick<HeatWriterOptions, 'moments'>): HeatWriter {
  const writer = writers[extname(path).toLowerCase()];
  if (writer === undefined)
    throw invalidArgument('out', `a path that ends in ${Object.keys(writers).join(', ')}`, path);
  if (writer === writeVideo && moments !== undefined)
    throw invalidArgument('options.moments', 'left out of an .mp4, which shows all of the video,', moments);
  return writer;
}

/** Every frame that the network saw, as often in a second as it saw them. */
async function writeVideo(
  moments: AsyncIterable<HeatMoment>,
  { path, input, style, signal }: HeatWriterOptions,
): Promise<void> {
  await replaceAtomically(path, async (temporary) => {
    let writer: VideoWriter | null = null;
    try {
      for await (const moment of moments) {
        for (const frame of moment.frames) {
          const { data, height, width } = captioned([frame], captionOf(moment), style);
          writer ??= await VideoWriter.open(temporary, { height, width, frameRate: input.frameRate }, signal);
          await writer.add(data);
        }
      }
      await writer?.finish();
    } finally {
      writer?.close();
    }
  });
}

/** The moments with the highest scores, in the order of time. */
async function keyMoments(
  moments: AsyncIterable<HeatMoment>,
  { moments: most = usualMoments }: HeatWriterOptions,
): Promise<SheetRow[]> {
  const kept: HeatMoment[] = [];
  for await (const moment of moments) {
    kept.push({ ...moment, frames: evenly(moment.frames, sheetFrames) });
    if (kept.length <= most) continue;
    const lowest = kept.reduce((low, { score }, place) => (score < (kept[low] as HeatMoment).score ? place : low), 0);
    kept.splice(lowest, 1);
  }
  return kept.map((moment) => ({ title: captionOf(moment), detail: timesOf(moment), frames: moment.frames }));
}

function svgOf(rows: readonly SheetRow[], { name, style }: HeatWriterOptions): string {
  const scale = { title: '0 to 1', detail: 'from what matters least to what matters most, in each window by itself' };
  return contactSheet(`Where the network looked: ${name}`, [
    ...rows,
    { ...scale, frames: [colorScale(style.colormap, 8, 256)] },
  ]);
}

const pngOfRows = (rows: readonly SheetRow[], { name, style }: HeatWriterOptions) =>
  pngOf(heatSheet(name, rows, style));

const captionOf = ({ label, score }: HeatMoment) => `${label} ${Math.round(score * 100)}%`;

const timesOf = ({ startSeconds, endSeconds }: HeatMoment) => `${startSeconds.toFixed(1)}-${endSeconds.toFixed(1)} s`;
