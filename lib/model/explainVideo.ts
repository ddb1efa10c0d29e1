import { callSignal } from '../base/abort';
import { optionsSchema } from '../base/schemas';
import { parse } from '../base/validation';
import { openDecodedVideo } from '../video/openVideo';
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
import type { VideoCalls } from './videoCalls';

/** All that explaining a video needs of a model. */
export interface ExplainableModel {
  readonly input: Readonly<ModelInput>;
  readonly videos: VideoCalls;
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
  const write = heatWriterFor(out);
  const { input } = model;
  const entry = model.videos.enter();
  const call = callSignal({ signal, timeoutMs });
  try {
    const resize = { size: [decodedSide], antialias: false };
    const decoding = { signal: call.signal, untaggedMatrix: input.untaggedMatrix, resize };
    await using video = await openDecodedVideo(source, decoding, () => entry.begin());
    const segments: ExplainedSegment[] = [];
    const style = { alpha, colormap };
    async function* shown() {
      for await (const clip of windowsOf(video, input, call.signal)) {
        const work = model.explain(clip, { ...wanted, crop, signal: call.signal });
        const { map, label, score } = await video.keepFor(work);
        const { startSeconds, endSeconds } = clip;
        const segment = { startSeconds, endSeconds, label, score };
        segments.push(segment);
        const frames = await video.keepFor(heatFrames(clip, map, { input, crop }, style));
        yield { ...segment, frames: frames.slice(0, shownFrames(clip, input)) };
        onSegment?.(segment);
      }
    }
    const name = video.info.path;
    await write(shown(), { path: out, name, input, style, moments, signal: call.signal });
    return { segments, video: video.info, warnings: [...video.warnings] };
  } catch (error) {
    const cause = call.cause(error);
    entry.fail(cause as { code?: unknown });
    throw cause;
  } finally {
    call.end();
    entry.end();
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
