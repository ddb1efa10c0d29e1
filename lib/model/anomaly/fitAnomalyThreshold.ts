import { throwIfAborted } from '../../base/abort';
import { invalidArgument } from '../../base/errors';
import { parseOptions } from '../../base/validation';
import { callNative } from '../../native';
import type { VideoSource } from '../../video/videoSource';
import { archiveOf, type ModelArchive } from '../createModel';
import { loadModel } from '../loadModel';
import { openModelFile } from '../modelFile';
import { type ModelSource, nativeSource } from '../modelSource';
import { falseAlarmThreshold } from './falseAlarmThreshold';
import { type FitAnomalyOptions, fitAnomalyOptions } from './options';
import { requirePixels } from './requirePixels';
import { requireVideo } from './requireVideo';
import { scoringOf } from './scoringOf';

/**
 * Finds, on normal video, the score above which a frame is an alarm, so that no more than `falseAlarmRate` of normal frames
 * are: the quantile 1 - `falseAlarmRate` of their scores. The file that is made is the model with it in its `kinetorch.json`
 * as `anomaly`; `anomalyScore` then finds the segments above it.
 *
 * The videos have to be ones that the network was not trained on, as it gives those back better than any other. With
 * several cameras in them, the rate holds over all together, not for each.
 *
 * @example
 * const fitted = await fitAnomalyThreshold('pre/best.pt', ['monday.mp4', 'tuesday.mp4'], { falseAlarmRate: 0.001 });
 * await fitted.save('camera.pt');
 *
 * @throws KinetorchError `ERR_DATASET` where they have too few frames to tell such a rate, `ERR_UNSUPPORTED` for a model
 * without a decoder, and those of {@link loadModel} and of `anomalyScore`
 */
export async function fitAnomalyThreshold(
  source: ModelSource,
  videos: readonly VideoSource[],
  options: FitAnomalyOptions = {},
): Promise<ModelArchive> {
  const { falseAlarmRate, device, precision, threads, signal, onProgress, ...scoring } = parseOptions(
    fitAnomalyOptions,
    options,
  );
  if (!Array.isArray(videos) || videos.length === 0) throw invalidArgument('videos', 'an array of videos', videos);
  const file = await openModelFile(nativeSource(source));
  try {
    await using model = await loadModel(source, { device, precision, threads });
    const all: number[] = [];
    requirePixels(model);
    await requireVideo(videos, { falseAlarmRate, frameRate: model.input.frameRate, signal });
    const { score, stride } = scoringOf(scoring, model.metadata.anomaly, model.input.frames);
    for (const [index, video] of videos.entries()) {
      throwIfAborted(signal);
      const { scores } = await model.anomalyScore(video, { score, stride, signal });
      for (const one of scores) all.push(one);
      onProgress?.({ done: index + 1, total: videos.length });
    }
    const threshold = falseAlarmThreshold(all, falseAlarmRate);
    const anomaly = { score, stride, threshold, falseAlarmRate, frames: all.length };
    const metadata = { ...model.metadata, anomaly };
    return archiveOf(metadata, await callNative(() => file.native.withMetadata(JSON.stringify(metadata), false)));
  } finally {
    file.native.close();
  }
}
