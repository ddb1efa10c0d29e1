import type { LinearHead } from '../../binding';
import { firstChoice } from '../evaluation/singleLabelMetrics';
import { videoLoss } from '../evaluation/videoLoss';
import { mean } from '../model/classifyViews';
import { callNative, native } from '../native';
import type { EmbeddedVideo } from './embedVideos';

export interface HeadTask {
  classes: number;
  multiLabel: boolean;
}

/** How a head does. */
export interface HeadMeasure {
  samples: number;
  top1: number;
  loss: number;
}

/** Fits a head on every clip of the videos. */
export function fitOn(videos: readonly EmbeddedVideo[], { classes, multiLabel }: HeadTask, weightDecay: number) {
  const rows = videos.flatMap(({ labels, vectors }) => vectors.map((vector) => ({ labels, vector })));
  const width = rows[0]?.vector.length ?? 0;
  const features = new Float32Array(rows.length * width);
  const targets = new Float32Array(rows.length * classes);
  for (const [row, { labels, vector }] of rows.entries()) {
    features.set(vector, row * width);
    for (const label of labels) targets[row * classes + label] = 1;
  }
  return callNative(() => native().fitLinear({ features, targets, count: rows.length, multiLabel }, weightDecay));
}

/** How a head does on videos: the mean over each one's clips, as it will be used. */
export function measure(head: LinearHead, videos: readonly EmbeddedVideo[], multiLabel: boolean): HeadMeasure {
  const samples = videos.map(({ index, labels, vectors }) => {
    const clips = vectors.map((vector) => probabilitiesOf(head, vector, multiLabel));
    return { index, name: '', labels, clips, video: mean(clips) };
  });
  const isRight = ({ labels, video }: (typeof samples)[number]) =>
    multiLabel
      ? video.every((p, label) => p >= 0.5 === labels.includes(label))
      : firstChoice(video) === (labels[0] as number);
  return {
    samples: samples.length,
    /** Of several labels a video: the share that is right in all of them. */
    top1: samples.filter(isRight).length / samples.length,
    loss: videoLoss(samples, multiLabel),
  };
}

function probabilitiesOf({ weight, bias }: LinearHead, vector: Float32Array, multiLabel: boolean): Float32Array {
  const logits = Array.from(bias, (own, label) => {
    let sum = own;
    const row = label * vector.length;
    for (let i = 0; i < vector.length; i++) sum += (weight[row + i] as number) * (vector[i] as number);
    return sum;
  });
  if (multiLabel) return Float32Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return Float32Array.from(powers, (power) => power / total);
}
