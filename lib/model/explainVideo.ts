import { basename, dirname } from 'node:path';
import { callSignal } from '../base/abort';
import { KinetorchError } from '../base/errors';
import { isThere } from '../base/isThere';
import { optionsSchema } from '../base/schemas';
import { parse } from '../base/validation';
import { viewWindows } from '../video/sampleWindows';
import type { VideoClip, VideoInfo, VideoReader } from '../video/types';
import type { VideoSource } from '../video/videoSource';
import {
  type ExplainClipOptions,
  type ExplainedSegment,
  type ExplainVideoOptions,
  type Explanation,
  explainVideoOptions,
} from './explainOptions';
import { heatFrames } from './heatFrames';
import { heatWriterFor } from './heatWriters';
import type { ModelInput } from './types';
import { type VideoHost, workOnVideo } from './workOnVideo';

/** All that explaining a video needs of a model. */
export interface ExplainableModel extends VideoHost {
  readonly input: Readonly<ModelInput>;
  explain(clip: VideoClip, options: ExplainClipOptions): Promise<Explanation>;
}

/** What was shown of a video. */
export interface VideoExplanation {
  /** Its windows, in the order of time. */
  segments: ExplainedSegment[];
  video: VideoInfo;
  /** For example that the file was cut short; empty when all went well. */
  warnings: string[];
}

const schema = optionsSchema(explainVideoOptions);
/** Pixels of the short side to which much larger frames are brought by the decoder: a picture needs no more. */
const decodedSide = 480;
const crop = { x: 0.5, y: 0.5 };

/** See `VideoModel.explainVideo`. */
export async function explainVideo(
  model: ExplainableModel,
  source: VideoSource,
  out: string,
  options: ExplainVideoOptions,
): Promise<VideoExplanation> {
  const { alpha, colormap, moments, onSegment, signal, timeoutMs, ...wanted } = parse(schema, options, 'options');
  const write = heatWriterFor(out, { moments });
  if (!isThere(dirname(out))) {
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot write ${out}: there is no such folder`);
  }
  const { input } = model;
  const style = { alpha, colormap };
  const segments: ExplainedSegment[] = [];
  const warnings: string[] = [];
  let video: VideoInfo | undefined;
  const call = callSignal({ signal, timeoutMs });
  const explained = workOnVideo(model, source, {
    signal: call.signal,
    resize: { size: [decodedSide], antialias: false },
    onWarning: (warning) => warnings.push(warning),
    cut: (opened, aborted) => {
      video = opened.info;
      return windowsOf(opened, input, aborted);
    },
    work: async (clip, _, aborted) => {
      const { map, label, score } = await model.explain(clip, { ...wanted, crop, signal: aborted });
      const frames = await heatFrames(clip, map, { input, crop }, style);
      const { startSeconds, endSeconds } = clip;
      return { startSeconds, endSeconds, label, score, frames: frames.slice(0, shownFrames(clip, input)) };
    },
  });
  async function* told() {
    for await (const moment of explained) {
      const { frames: _, ...segment } = moment;
      segments.push(segment);
      yield moment;
      onSegment?.(segment);
    }
  }
  try {
    const name = basename(typeof source === 'string' ? source : 'video');
    await write(told(), { path: out, name, input, style, moments, signal: call.signal });
    return { segments, video: video as VideoInfo, warnings };
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

/** One after the other, or, where a clip is spread over the whole video, that one. */
function windowsOf(video: VideoReader, input: Readonly<ModelInput>, signal: AbortSignal): AsyncIterable<VideoClip> {
  const { frames, frameRate } = input;
  if (input.sampling !== 'segment') {
    return video.slide({ frames, frameRate, strideSeconds: frames / frameRate, signal });
  }
  return video.readClips(viewWindows(video.info.durationSeconds, { clips: 1, ...input }), { signal });
}

/** Those before the video's end, at least one. */
function shownFrames({ paddedSeconds, frames }: VideoClip, { frameRate, sampling }: Readonly<ModelInput>): number {
  if (sampling === 'segment') return frames;
  return Math.max(1, frames - Math.round(paddedSeconds * frameRate));
}
