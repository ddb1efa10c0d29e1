import { seededRandom } from '../../lib/base/seededRandom';
import type { RgbFrame } from '../../lib/clip/contactSheet';
import type { ScoredSample } from '../../lib/evaluation/scoredSample';
import { firstChoice, singleLabelMetrics } from '../../lib/evaluation/singleLabelMetrics';
import type { Evaluation } from '../../lib/evaluation/types';
import type { ReportContent } from '../../lib/report/types';
import { bestEpochOf } from '../../lib/training/isBetter';
import type { RunConfig } from '../../lib/training/runConfig';
import type { EpochMetrics } from '../../lib/training/types';
import { inputOf } from '../support/models';

/** A label that would run as a script, close a tag or leave an attribute if it were not escaped. */
export const hostileLabel = `<script>document.title='run'</script>"><img src=x onerror="document.title='run'">`;

/** Lines of `metrics.jsonl` as a run that learns gives them. */
export function sampleMetrics(epochs: number): EpochMetrics[] {
  const random = seededRandom(1);
  return Array.from({ length: epochs }, (_, index) => {
    const done = (index + 1) / epochs;
    const top1 = Math.min(0.86, 0.1 + 0.8 * (1 - Math.exp(-4 * done)) + 0.04 * (random() - 0.5));
    return {
      epoch: index + 1,
      step: (index + 1) * 60,
      learningRate: 0.001 * Math.min(1, (index + 1) / (epochs / 10)) * (0.5 + 0.5 * Math.cos(Math.PI * done)),
      train: { loss: 2.3 - 1.7 * done + 0.1 * random(), accuracy: top1 + 0.03, gradNorm: 3 - 2 * done, clips: 960 },
      validation: { loss: 2.2 - 1.5 * done + 0.12 * random(), top1, top5: Math.min(1, top1 + 0.12), clips: 200 },
      seconds: 9 + random(),
      clipsPerSecond: index === 0 ? 41 : 118 + 8 * random(),
      dataWaitSeconds: index === 0 ? 14 : 0.05 + 0.1 * random(),
      skipped: 2,
    };
  });
}

/** An evaluation of made-up scores over `labels`. */
export function sampleEvaluation(labels: readonly string[], videos: number): Evaluation {
  const random = seededRandom(2);
  const samples: ScoredSample[] = Array.from({ length: videos }, (_, index) => {
    const label = index % labels.length;
    const logits = labels.map(
      (_, other) => 2 * random() + (other === label ? 1.6 : 0) + ((other + label) % 5 === 0 ? 1 : 0),
    );
    const exponentials = logits.map((logit) => Math.exp(2 * logit));
    const sum = exponentials.reduce((a, b) => a + b, 0);
    const video = Float32Array.from(exponentials, (one) => one / sum);
    return { index, name: `clips/video_${index}.mp4`, labels: [label], clips: [video, video], video };
  });
  const nameOf = (label: number) => labels[label] ?? '';
  return {
    formatVersion: 1,
    architecture: 'r2plus1d_dw',
    model: 'run/best.pt',
    data: 'clips/',
    split: 'validation',
    fold: null,
    clips: 2,
    crops: 1,
    averageFrames: false,
    labels,
    metrics: singleLabelMetrics(labels, samples),
    predictions: samples.map(({ index, name, labels: own, video }) => ({
      index,
      name,
      labels: own.map(nameOf),
      predicted: [{ label: nameOf(firstChoice(video)), probability: video[firstChoice(video)] ?? 0 }],
      probability: video[own[0] ?? 0] ?? 0,
      correct: firstChoice(video) === own[0],
    })),
    skipped: [],
    warnings: [],
    device: 'cpu',
    precision: 'float32',
    seconds: 12,
    clipsPerSecond: 33,
  };
}

const config: RunConfig = {
  formatVersion: 1,
  kinetorch: '0.1.0',
  libtorch: '2.13.0',
  node: '22.0.0',
  options: {
    data: 'clips/',
    epochs: 40,
    batchSize: 16,
    optimizer: 'adamw',
    learningRate: 0.001,
    augment: { cropArea: [0.3, 1], mixup: 0.2, randAugment: { operations: 2, magnitude: 9 } },
  } as unknown as RunConfig['options'],
  runtime: { device: 'cpu', precision: 'float32', threads: 2 },
  architecture: 'r2plus1d_dw',
  input: inputOf({ frames: 16, height: 64, width: 88, resize: [80, 112] }),
  labels: [],
  dataset: { trainClips: 960, validationClips: 200, fingerprint: '' },
};

/** Everything a report can hold. */
export function sampleContent(labels: readonly string[], epochs = 40): ReportContent {
  const evaluation = sampleEvaluation(labels, 20 * labels.length);
  const wrong = evaluation.predictions.filter(({ correct }) => !correct).slice(0, 6);
  const metrics = sampleMetrics(epochs);
  return {
    config: { ...config, labels },
    metrics,
    bestEpoch: bestEpochOf(metrics),
    evaluation,
    mistakes: wrong.map((one) => ({
      ...one,
      confidence: one.probability,
      frames: Array.from({ length: 6 }, frame),
      heat: Array.from({ length: 6 }, frame),
    })),
    skipped: [{ index: 0, name: `clips/${hostileLabel}.mp4`, reason: 'expected a video but received "not a video"' }],
  };
}

function frame(_: unknown, index: number): RgbFrame {
  const [height, width] = [80, 112];
  const data = Uint8Array.from({ length: height * width * 3 }, (_, place) => (place + 40 * index) % 256);
  return { data, height, width };
}
