import type { NativeTrainer, StepResult } from '../../binding';
import { throwIfAborted } from '../base/abort';
import { KinetorchError } from '../base/errors';
import type { ClipLoader, LoadedBatch } from '../dataset/clips/clipLoader';
import { callNative } from '../native';
import { addFigures } from './figures';
import { nameClips } from './nameClips';
import type { RunState } from './runState';
import type { Figures, RunTask, TaskEvent } from './runTask';

export interface EpochContext {
  trainer: NativeTrainer;
  loader: ClipLoader;
  task: Pick<RunTask, 'trainFigures'>;
  /** Batches a step. */
  accumulate: number;
  /** Of a step, 0-based over the whole run. */
  learningRate: (step: number) => number;
  onStep: (event: TaskEvent & { type: 'step' }) => void;
  /** Called after each step, when `state` is whole. */
  afterStep: () => Promise<void>;
  signal?: AbortSignal;
}

/**
 * One pass over the training clips, or what is left of it; moves `state` on. Loading goes on while the network is busy.
 * At the end of the pass, batches too few for a step are left out, unless it would have none.
 */
export async function trainEpoch(state: RunState, context: EpochContext): Promise<void> {
  const { trainer, loader, task, accumulate, learningRate, onStep, afterStep, signal } = context;
  const { sums } = state;
  let began = performance.now();
  let waited = 0;
  const countTime = () => {
    const now = performance.now();
    sums.seconds += (now - began) / 1000;
    sums.dataWaitSeconds += waited / 1000;
    began = now;
    waited = 0;
  };

  const step = async (batches: LoadedBatch[]) => {
    const rate = learningRate(state.step);
    const { loss, gradNorm, stepped, runMs, ...metrics } = await stepOn(trainer, batches, rate);
    const clips = batches.reduce((sum, { batch }) => sum + batch, 0);
    state.step++;
    state.consumed = (batches.at(-1) as LoadedBatch).consumed;
    sums.steps++;
    sums.loss += loss * clips;
    addFigures(sums.metrics, metrics as Figures);
    sums.gradNorm += gradNorm;
    sums.clips += clips;
    sums.learningRate = rate;
    countTime();
    onStep({
      type: 'step',
      epoch: state.epoch + 1,
      step: state.step,
      epochStep: sums.steps,
      clips,
      learningRate: rate,
      loss,
      ...task.trainFigures(metrics, clips),
      gradNorm,
      milliseconds: runMs,
    });
    throwIfAborted(signal);
    await afterStep();
  };

  const groups = groupsOf(loader.epoch('train', state.epoch, { signal, from: state.consumed }), accumulate);
  // The next step's batches are brought to the device while a step runs.
  const nextGroup = async () => {
    const { value: group } = await groups.next();
    if (group) await callNative(async () => trainer.stage(group));
    return group;
  };
  try {
    let waitingSince = began;
    for (let next = nextGroup(); ; ) {
      const group = await next;
      waited += performance.now() - waitingSince;
      if (!group || (group.length < accumulate && sums.steps > 0)) break;
      const running = step(group);
      next = nextGroup();
      next.catch(() => {}); // it is met in the next round, after this step
      await running;
      waitingSince = performance.now();
    }
  } finally {
    await groups.return(undefined);
  }
  countTime();
  state.trained = true;
}

/** Of `size` batches each, but for the last. */
async function* groupsOf(
  batches: AsyncIterable<LoadedBatch>,
  size: number,
): AsyncGenerator<LoadedBatch[], undefined, undefined> {
  let group: LoadedBatch[] = [];
  for await (const batch of batches) {
    group.push(batch);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** One native step; an error of the training itself names the clips it came from. */
async function stepOn(trainer: NativeTrainer, batches: LoadedBatch[], learningRate: number): Promise<StepResult> {
  try {
    return await callNative(() => trainer.step(batches, learningRate));
  } catch (error) {
    if (!(error instanceof KinetorchError) || error.code !== 'ERR_TRAINING') throw error;
    const names = nameClips(batches.flatMap((batch) => batch.names));
    const message = `${error.message}. The clips of this step: ${names}`;
    throw new KinetorchError('ERR_TRAINING', message, { cause: error });
  }
}
