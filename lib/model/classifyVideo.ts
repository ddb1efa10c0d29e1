import type { z } from 'zod';
import { callSignal } from '../base/abort';
import { parseOptions } from '../base/validation';
import { withDecoderSlot } from '../video/decoderSlots';
import { openVideo } from '../video/openVideo';
import { viewWindows } from '../video/sampleWindows';
import type { VideoReader } from '../video/types';
import { type ClassifyVideoOptions, classifyVideoOptions } from './classifyOptions';
import type { ClipClassifier } from './clipClassifier';
import { topPredictions } from './topPredictions';
import type { VideoClassification, VideoSegment } from './types';
import { clipsInFlight, cropPositions, mean, ViewRunner } from './viewRunner';

type Filled = z.output<z.ZodObject<ReturnType<typeof classifyVideoOptions>>>;

/** Classifies a video from clips spread evenly over it; see `VideoModel.classifyVideo`. */
export async function classifyVideo(
  classifier: ClipClassifier,
  path: string,
  options: ClassifyVideoOptions = {},
): Promise<VideoClassification> {
  const filled = parseOptions(classifyVideoOptions(classifier.labels.length), options);
  const call = callSignal(filled);
  try {
    return await withDecoderSlot(call.signal, async () => {
      const video = await openVideo(path, { signal: call.signal });
      try {
        return await classify(classifier, video, filled, call.signal);
      } finally {
        await video.close();
      }
    });
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

async function classify(
  classifier: ClipClassifier,
  video: VideoReader,
  { clips, crops, topK, onProgress }: Filled,
  signal: AbortSignal,
): Promise<VideoClassification> {
  const { info } = video;
  const { labels, input } = classifier;
  const { frames, frameRate, sampling } = input;
  const windows = viewWindows(info.durationSeconds, { clips, frames, frameRate, sampling });
  const runner = new ViewRunner(classifier, cropPositions(info, crops), signal);
  const atOnce = clipsInFlight(info, frames);
  const results: Float32Array[] = [];
  const segments: VideoSegment[] = [];
  const running = new Set<Promise<void>>();
  let done = 0;
  let index = 0;
  for await (const clip of video.readClips(windows, { signal })) {
    const place = index++;
    const task = runner.run(clip).then((probabilities) => {
      running.delete(task);
      results[place] = probabilities;
      const { startSeconds, endSeconds } = clip;
      segments[place] = { startSeconds, endSeconds, predictions: topPredictions(probabilities, labels, topK) };
      onProgress?.({ done: ++done, total: windows.length });
    });
    running.add(task);
    // Heard of through `race` or `all`; one that fails after another has ended the call is nobody's.
    task.catch(() => {});
    if (running.size >= atOnce) await Promise.race(running);
  }
  await Promise.all(running);
  const predictions = topPredictions(mean(results), labels, topK);
  return { predictions, segments, video: info, warnings: [...video.warnings] };
}
