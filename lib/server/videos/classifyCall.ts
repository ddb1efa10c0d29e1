import { classifyClips } from '../../model/classifyClips';
import { classifyVideoOptions, cropsSchema } from '../../model/classifyOptions';
import { topPredictions } from '../../model/topPredictions';
import { VectorMean } from '../../model/vectorMean';
import type { VideoModel } from '../../model/videoModel';
import type { VideoInfo } from '../../video/types';
import { timelineCut, timelineOptions } from './timelineOptions';
import type { VideoCall } from './videoCall';

const optionsOf = ({ labels }: Pick<VideoModel, 'labels'>) => ({
  ...timelineOptions,
  topK: classifyVideoOptions(labels.length).topK,
  crops: cropsSchema,
});

/** What happens in a video: a segment after the other; of clips that are spread over it their mean, too. */
export const classifyCall: VideoCall<ReturnType<typeof optionsOf>> = {
  optionsOf,
  prepare({ classifier, labels }, { topK, crops, ...timeline }) {
    const cut = timelineCut(classifier.inputs, timeline);
    return async function* (source, signal, onStep) {
      const warnings: string[] = [];
      const all = new VectorMean();
      const onWarning = (warning: string) => warnings.push(warning);
      let video: VideoInfo | undefined;
      const options = { topK, crops, signal, onWarning, onStep };
      const classified = classifyClips(classifier, source, options, (opened, aborted) => {
        video = opened.info;
        return cut(opened, aborted);
      });
      for await (const { segment, probabilities } of classified) {
        if (timeline.clips !== undefined) all.add(probabilities);
        yield { name: 'segment', data: { segment } };
      }
      const predictions = timeline.clips === undefined ? {} : { predictions: topPredictions(all.value, labels, topK) };
      yield { name: 'done', data: { ...predictions, video, warnings, done: true } };
    };
  },
};
