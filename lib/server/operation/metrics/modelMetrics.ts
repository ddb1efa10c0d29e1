import type { Duration } from '../../models/modelStatistics';
import type { ServedModel } from '../../models/servedModel';
import type { Distribution, Labels, Metric } from './exposition';
import { inSeconds } from './inSeconds';

/** Of each model: under Triton's names where they mean the same, and what those do not say. */
export function modelMetrics(models: readonly ServedModel[]): Metric[] {
  const labelsOf = ({ name, version }: ServedModel) => ({ model: name, version: version ?? '' });
  const each = (value: (model: ServedModel) => number | Distribution | null) =>
    models.flatMap((model) => {
      const found = value(model);
      return found === null ? [] : [{ labels: labelsOf(model) as Labels, value: found }];
    });
  const counter = (name: string, help: string, value: (model: ServedModel) => number): Metric => ({
    name,
    help,
    type: 'counter',
    samples: each(value),
  });
  const micros = (name: string, help: string, of: (model: ServedModel) => Duration) =>
    counter(name, `${help}, in microseconds together.`, (model) => Math.round(of(model).ns / 1000));
  const times = (name: string, help: string, of: (model: ServedModel) => Distribution | null): Metric => ({
    name,
    help,
    type: 'histogram',
    samples: each((model) => {
      const found = of(model);
      return found === null ? null : inSeconds(found);
    }),
  });

  return [
    counter('nv_inference_request_success', 'Requests that were answered.', (model) => model.statistics.success.count),
    {
      name: 'nv_inference_request_failure',
      help: 'Requests that failed: turned away, left by their caller, in the network or decoder, or otherwise.',
      type: 'counter',
      samples: models.flatMap((model) =>
        Object.entries(model.statistics.failures).map(([reason, value]) => ({
          labels: { ...labelsOf(model), reason },
          value,
        })),
      ),
    },
    counter(
      'nv_inference_count',
      'Clips that were run, and videos as one each.',
      (model) => model.statistics.inferences,
    ),
    counter(
      'nv_inference_exec_count',
      'Batches that were run; a video counts as one.',
      (model) => model.statistics.executions,
    ),
    {
      name: 'nv_inference_pending_request_count',
      help: 'Clips that wait for their turn.',
      type: 'gauge',
      samples: each((model) => model.queue.waiting),
    },
    micros('nv_inference_request_duration_us', 'Requests', ({ statistics }) => statistics.success),
    micros('nv_inference_queue_duration_us', 'Waiting', ({ statistics }) => statistics.queue),
    micros('nv_inference_compute_input_duration_us', 'Reading requests', ({ statistics }) => statistics.input),
    micros('nv_inference_compute_infer_duration_us', 'Preprocessing and running', ({ statistics }) => statistics.infer),
    micros('nv_inference_compute_output_duration_us', 'Writing answers', ({ statistics }) => statistics.output),
    counter('nv_cache_num_hits_per_model', 'Answers out of the cache.', ({ statistics }) => statistics.cacheHit.count),
    counter(
      'nv_cache_num_misses_per_model',
      'Answers that were not there.',
      ({ statistics }) => statistics.cacheMiss.count,
    ),
    micros('nv_cache_hit_duration_per_model', 'Finding answers', ({ statistics }) => statistics.cacheHit),
    micros('nv_cache_miss_duration_per_model', 'Not finding answers', ({ statistics }) => statistics.cacheMiss),
    {
      name: 'nv_model_load_duration_secs',
      help: 'The last load, with what was measured for it.',
      type: 'gauge',
      samples: each(({ loadMs }) => (loadMs === null ? null : loadMs / 1000)),
    },
    {
      name: 'kinetorch_model_ready',
      help: '1: it is loaded.',
      type: 'gauge',
      samples: each(({ isReady }) => (isReady ? 1 : 0)),
    },
    times('kinetorch_queue_duration_seconds', 'Clips, until their turn.', ({ queueTimes }) => queueTimes),
    times('kinetorch_clip_duration_seconds', 'Clips, from their turn to their result.', ({ runTimes }) => runTimes),
    times(
      'kinetorch_decode_duration_seconds',
      'Videos, until one is open, and until each of its clips is there.',
      ({ decodeTimes }) => decodeTimes,
    ),
    times('kinetorch_preprocess_duration_seconds', 'Batches: clips resized, cropped and normalised.', (model) =>
      model.isReady ? model.model.stats().preprocessTimes : null,
    ),
    times('kinetorch_batch_duration_seconds', 'Batches: preprocessing, network, softmax.', (model) =>
      model.isReady ? model.model.stats().runTimes : null,
    ),
    {
      name: 'kinetorch_batch_size',
      help: 'Clips in a batch.',
      type: 'histogram',
      samples: each(batchSizes),
    },
  ];
}

/** Powers of two, as batches are filled up to those. */
const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

function batchSizes({ statistics: { batches } }: ServedModel): Distribution {
  const counts = new Array<number>(sizes.length + 1).fill(0);
  let sum = 0;
  for (const [size, { clips }] of batches) {
    const range = sizes.findIndex((most) => size <= most);
    counts[range] = (counts[range] ?? 0) + clips / size;
    sum += clips;
  }
  return { bounds: sizes, counts: counts.map(Math.round), sum };
}
