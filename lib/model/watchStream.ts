import { callSignal } from '../base/abort';
import { parseOptions } from '../base/validation';
import { RunOver } from '../video/live/liveRun';
import { type LiveLimits, type LiveNotice, liveRuns } from '../video/live/liveRuns';
import type { LiveSource } from '../video/live/liveSource';
import { classifyFrames } from './classifyFrames';
import { type ClassifyFramesOptions, classifyFramesOptions } from './classifyOptions';
import type { ClipClassifier } from './clipClassifier';
import { decodingOf } from './decodingOf';
import type { VideoSegment } from './types';

/** What is seen in a window of a stream; its seconds are by the stream's own clock. */
export interface WatchedSegment extends VideoSegment {
  /** When the window began, by the clock of this machine, as ISO 8601. */
  startedAt: string;
}

/** What watching tells: a window, or what becomes of the stream. */
export type WatchEvent = { segment: WatchedSegment } | { notice: LiveNotice };

/**
 * Watches a stream (rtsp, http, https) or a camera, window by window, until `signal` aborts. A stream that breaks off, or
 * stands still, is opened again; of one that is faster than the model some is left out, so that what is told is of now.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, `ERR_VIDEO_DECODER`, `ERR_UNSUPPORTED`, `ERR_ABORTED`, and those of
 * `classifyClip`
 */
export async function* watchStream(
  classifier: ClipClassifier,
  source: LiveSource,
  options: ClassifyFramesOptions,
  limits?: LiveLimits,
): AsyncGenerator<WatchEvent, void> {
  parseOptions(classifyFramesOptions(classifier.labels.length), options);
  const { resize = null, untaggedMatrix = 'by-height' } = decodingOf(classifier.inputs);
  const call = callSignal(options);
  const { signal } = call;
  const events: WatchEvent[] = [];
  let wake = () => {};
  const tell = (event: WatchEvent) => {
    // Of a reader that is late, what has become of the stream meanwhile is one thing.
    if (isSameNotice(events.at(-1), event)) events.pop();
    events.push(event);
    wake();
  };
  const work = async () => {
    const onNotice = (notice: LiveNotice) => tell({ notice });
    for await (const run of liveRuns(
      source,
      { resize, untaggedMatrix },
      { signal, onNotice, ...(limits && { limits }) },
    )) {
      try {
        for await (const segment of classifyFrames(classifier, run, { ...options, signal })) {
          tell({ segment: { startedAt: new Date(run.dateOf(segment.startSeconds)).toISOString(), ...segment } });
          await taken();
        }
      } catch (error) {
        if (!(error instanceof RunOver)) throw error;
      }
    }
  };
  /** Resolves when what was told was taken: while nobody takes it, nothing more is classified. */
  let takenNow = () => {};
  const taken = () =>
    new Promise<void>((resolve) => {
      if (events.length === 0 || signal.aborted) resolve();
      else takenNow = resolve;
    });
  let failure: { error: unknown } | null = null;
  const working = work().catch((error: unknown) => {
    failure = { error };
    wake();
  });
  try {
    for (;;) {
      const event = events.shift();
      if (event !== undefined) {
        yield event;
        if (events.length === 0) takenNow();
      } else if (failure !== null) {
        throw call.cause((failure as { error: unknown }).error);
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    call.end();
    takenNow();
    await working;
  }
}

const isSameNotice = (a: WatchEvent | undefined, b: WatchEvent): boolean =>
  a !== undefined && 'notice' in a && 'notice' in b && a.notice.state === b.notice.state;
