import { KinetorchError } from '../../base/errors';
import { VectorMean } from '../../model/vectorMean';
import { workOnVideo } from '../../model/workOnVideo';
import type { VideoInfo } from '../../video/types';
import { timelineCut, timelineOptions } from './timelineOptions';
import type { VideoCall } from './videoCall';

/** The vector before the last layer of each window, and their mean. */
export const embedCall: VideoCall<typeof timelineOptions> = {
  optionsOf: () => timelineOptions,
  prepare(model, timeline) {
    if (!model.outputs.includes('embedding')) {
      throw new KinetorchError('ERR_UNSUPPORTED', 'expected a model that gives embeddings but this one does not');
    }
    const cut = timelineCut(model.classifier.inputs, timeline);
    return async function* (source, signal, onStep) {
      const warnings: string[] = [];
      const all = new VectorMean();
      let video: VideoInfo | undefined;
      const embedded = workOnVideo(model.classifier, source, {
        signal,
        onStep,
        onWarning: (warning) => warnings.push(warning),
        cut: (opened, aborted) => {
          video = opened.info;
          return cut(opened, aborted);
        },
        work: async (clip, _info, aborted) => ({ clip, vector: await model.embedClip(clip, { signal: aborted }) }),
      });
      for await (const { clip, vector } of embedded) {
        all.add(vector);
        const { startSeconds, endSeconds, paddedSeconds } = clip;
        yield {
          name: 'segment',
          data: { segment: { startSeconds, endSeconds, paddedSeconds, embedding: Array.from(vector) } },
        };
      }
      const average = Array.from(all.value);
      yield { name: 'done', data: { dims: average.length, mean: average, video, warnings, done: true } };
    };
  },
};
