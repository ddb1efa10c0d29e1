import type { ModelOutput } from '../../model/outputs';
import type { VideoModel } from '../../model/videoModel';
import type { AnswerCache } from '../models/answerCache';
import type { QueuePlace } from '../models/clipQueue';
import type { ServedModel } from '../models/servedModel';
import type { Input } from './request/readInput';
import { type Ran, runInput } from './runInput';

/** What the network gives of an input: as it was kept of the same input, else by running it. */
export async function keptOrRun(
  answers: AnswerCache,
  served: ServedModel,
  model: VideoModel,
  input: Input,
  outputs: readonly ModelOutput[],
  place: QueuePlace,
): Promise<Ran & { isKept: boolean }> {
  if (!answers.isOn) return { ...(await runInput(served, model, input, outputs, place)), isKept: false };
  const began = performance.now();
  const key = await answers.keyOf(model, partsOf(input, outputs));
  const kept = answers.get<Ran['rows']>(key);
  served.statistics.lookedUp(kept !== undefined, performance.now() - began);
  if (kept !== undefined) return { rows: kept, clips: [], isKept: true };
  const ran = await runInput(served, model, input, outputs, place);
  answers.set(key, ran.rows, sizeOf(ran.rows));
  return { ...ran, isKept: false };
}

function partsOf(input: Input, outputs: readonly ModelOutput[]): (string | Uint8Array)[] {
  if (input.kind === 'video') return [JSON.stringify(outputs), 'video', input.bytes];
  return [
    JSON.stringify(outputs),
    ...input.clips.flatMap(({ data, ...shape }) => [
      JSON.stringify(shape),
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]),
  ];
}

const sizeOf = (rows: Ran['rows']) =>
  rows.flatMap((row) => Object.values(row)).reduce((sum, { data }) => sum + data.byteLength, 0);
