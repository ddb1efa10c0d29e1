import { callSignal } from '../../base/abort';
import type { Clip, Tensor } from '../../clip/types';
import { classifyVideo } from '../../model/classifyVideo';
import type { ModelOutput, RunResult } from '../../model/outputs';
import type { VideoModel } from '../../model/videoModel';
import type { QueuePlace } from '../models/clipQueue';
import type { Inference } from '../models/modelStatistics';
import type { ServedModel } from '../models/servedModel';
import type { Input } from './request/readInput';

/** A row of each output that was wanted for each clip; of a video one. */
export interface Ran {
  rows: Partial<Record<ModelOutput, { data: Float32Array; shape: readonly number[] }>>[];
  clips: Inference['clips'];
}

/** Runs the clips in their turns, all on the same network; where one fails the others are dropped. */
export async function runInput(
  served: ServedModel,
  model: VideoModel,
  input: Input,
  outputs: readonly ModelOutput[],
  place: QueuePlace,
): Promise<Ran> {
  if (input.kind === 'video') return runVideo(served, model, input.bytes, place);
  if (input.clips.length === 1) return runClips(served, model, input.clips, outputs, place);
  const call = callSignal({ signal: place.signal });
  try {
    return await runClips(served, model, input.clips, outputs, { ...place, signal: call.signal });
  } catch (error) {
    throw call.cause(error);
  } finally {
    call.end();
  }
}

async function runClips(
  served: ServedModel,
  model: VideoModel,
  clips: readonly (Clip | Tensor)[],
  outputs: readonly ModelOutput[],
  place: QueuePlace,
): Promise<Ran> {
  const options = { outputs, signal: place.signal };
  const ran = await Promise.all(
    clips.map((clip) =>
      served.timed(place, async () => {
        // Of a tensor, which is of one clip here, an array of one.
        return [
          await ('frames' in clip ? model.run(clip, options) : model.run(clip, options)),
        ].flat()[0] as RunResult<ModelOutput>;
      }),
    ),
  );
  return {
    rows: ran.map(({ result }) => rowOf(result, outputs)),
    clips: ran.map(({ result: { timing }, waitedMs }) => ({ ...timing, waitedMs: waitedMs + timing.queueMs })),
  };
}

function rowOf(result: RunResult<ModelOutput>, outputs: readonly ModelOutput[]): Ran['rows'][number] {
  const values = outputs.map((name) => {
    const value = result[name];
    return [name, 'shape' in value ? value : { data: value, shape: [value.length] }];
  });
  return Object.fromEntries(values);
}

/** Counts as one inference, however many clips the video has. */
async function runVideo(
  served: ServedModel,
  model: VideoModel,
  bytes: Uint8Array,
  { signal, record }: QueuePlace,
): Promise<Ran> {
  const began = performance.now();
  const classes = model.labels.length;
  const options = { topK: classes, signal };
  const { predictions } = await classifyVideo(model.classifier, bytes, options, served.timesOf(record));
  const data = new Float32Array(classes);
  for (const { index, score } of predictions) data[index] = score;
  return {
    rows: [{ probabilities: { data, shape: [classes] } }],
    clips: [{ waitedMs: 0, runMs: performance.now() - began, batchSize: 1 }],
  };
}
