import { callSignal } from '../base/abort';
import type { CallOptions } from '../base/schemas';
import { workAhead } from '../base/workAhead';
import { openDecodedVideo } from '../video/openVideo';
import type { Resize, VideoClip, VideoInfo, VideoReader } from '../video/types';
import type { VideoSource } from '../video/videoSource';
import { clipsInFlight } from './clipsInFlight';
import { decodingOf } from './decodingOf';
import type { ModelInput } from './types';
import type { VideoCalls } from './videoCalls';
import { type OnVideoStep, timeClips } from './videoSteps';

/** What a video's clips need of the model that they are for. */
export interface VideoHost {
  /** Of each network that is shown the video; more than one in an ensemble. */
  readonly inputs: readonly Readonly<ModelInput>[];
  /** Where its videos are counted and bounded. */
  readonly videos?: VideoCalls;
}

interface VideoWork<Clip extends VideoClip, T> extends CallOptions {
  /** Takes clips from the video, which is open as long as they are asked for. */
  cut: (video: VideoReader, signal: AbortSignal) => AsyncIterable<Clip>;
  /** What is done with each clip. Clips may come in the network's size; `info` is of the video's own. */
  work: (clip: Clip, info: VideoInfo, signal: AbortSignal) => Promise<T>;
  onWarning?: (warning: string) => void;
  onStep?: OnVideoStep;
  /** What much larger frames are brought to by the decoder. Default: as the network resizes them. */
  resize?: Resize;
}

/**
 * Opens a video, and gives what `work` makes of each of its clips, in their order. A few are decoded and worked on ahead of
 * the consumer; nothing more is once it leaves the loop.
 */
export async function* workOnVideo<Clip extends VideoClip, T>(
  { inputs, videos }: VideoHost,
  source: VideoSource,
  { cut, work, onWarning, onStep = () => {}, resize, ...options }: VideoWork<Clip, T>,
): AsyncGenerator<T, void> {
  const entry = videos?.enter();
  const call = callSignal(options);
  const { signal } = call;
  try {
    const decoding = { signal, ...decodingOf(inputs), ...(resize && { resize }) };
    let beganAt = performance.now();
    await using video = await openDecodedVideo(source, decoding, () => {
      entry?.begin();
      onStep('queue', beganAt);
      beganAt = performance.now();
    });
    onStep('decode', beganAt);
    const { length: known } = video.warnings;
    for (const warning of [...video.warnings]) onWarning?.(warning);
    const start = async (clip: Clip) => {
      const startedAt = performance.now();
      const result = await video.keepFor(work(clip, video.info, signal));
      onStep('run', startedAt);
      return result;
    };
    for await (const result of workAhead(timeClips(cut(video, signal), onStep), start, clipsInFlight)) {
      entry?.pause();
      yield result;
      entry?.resume();
    }
    for (const warning of video.warnings.slice(known)) onWarning?.(warning);
  } catch (error) {
    const cause = call.cause(error);
    entry?.fail(cause as { code?: unknown });
    throw cause;
  } finally {
    call.end();
    entry?.end();
  }
}
