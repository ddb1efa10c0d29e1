import { z } from 'zod';
import { callback, realNumber } from '../base/schemas';
import { parse } from '../base/validation';
import { classifyClips } from './classifyClips';
import type { ClipClassifier } from './clipClassifier';
import type { ClassifyStreamOptions, VideoSegment } from './types';
import { viewOptions } from './viewOptions';

const seconds = realNumber(0.001, 86_400);

const optionsSchema = (classes: number) =>
  z.strictObject(
    {
      ...viewOptions(classes),
      windowSeconds: seconds.optional(),
      strideSeconds: seconds.optional(),
      onWarning: callback<NonNullable<ClassifyStreamOptions['onWarning']>>().optional(),
    },
    { error: 'an object' },
  );

/** Classifies a video window by window; see `VideoModel.classifyStream`. */
export async function* classifyStream(
  classifier: ClipClassifier,
  path: string,
  options: ClassifyStreamOptions = {},
): AsyncGenerator<VideoSegment, void> {
  const { frames, frameRate } = classifier.input;
  const filled = parse(optionsSchema(classifier.labels.length), options, 'options');
  const { windowSeconds = frames / frameRate, strideSeconds = windowSeconds, ...views } = filled;
  const classified = classifyClips(classifier, path, views, (video, signal) =>
    video.slide({ frames, frameRate: frames / windowSeconds, strideSeconds, signal }),
  );
  for await (const { segment } of classified) yield segment;
}
