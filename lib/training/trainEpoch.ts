import type { NativeTrainer } from '../../binding';
import type { ClipLoader } from '../dataset/clipLoader';
import { callNative } from '../native';
import { throwIfAborted } from '../video/abort';
import type { Progress } from './progress';
import { learningRateAt, type Schedule } from './schedule';

/** Position in the run; `step` counts those taken since it began. */
export interface RunPosition {
  /** 0-based. */
  epoch: number;
  step: number;
}

/** What the steps of one epoch gave. */
export interface EpochSums {
  loss: number;
  accuracy: number;
  gradNorm: number;
  clips: number;
  learningRate: number;
  seconds: number;
  dataWaitSeconds: number;
}

/** One pass over the training clips; moves `position.step` on. Loading goes on while the network is busy. */
export async function trainEpoch(
  trainer: NativeTrainer,
  loader: ClipLoader,
  schedule: Schedule,
  position: RunPosition,
  progress: Progress,
  signal?: AbortSignal,
): Promise<EpochSums> {
  const start = performance.now();
  const sums = { loss: 0, correct: 0, gradNorm: 0, clips: 0 };
  let steps = 0;
  let waited = 0;
  let learningRate = 0;
  let waitingSince = start;
  for await (const batch of loader.epoch('train', position.epoch, signal)) {
    waited += performance.now() - waitingSince;
    learningRate = learningRateAt(position.step, schedule);
    const result = await callNative(() => trainer.step(batch, learningRate));
    position.step++;
    steps++;
    sums.loss += result.loss * batch.batch;
    sums.correct += result.correct;
    sums.gradNorm += result.gradNorm;
    sums.clips += batch.batch;
    progress.emit({
      type: 'step',
      epoch: position.epoch + 1,
      step: position.step,
      learningRate,
      loss: result.loss,
      accuracy: result.correct / batch.batch,
      gradNorm: result.gradNorm,
      milliseconds: result.runMs,
    });
    throwIfAborted(signal);
    waitingSince = performance.now();
  }
  return {
    loss: sums.loss / sums.clips,
    accuracy: sums.correct / sums.clips,
    gradNorm: sums.gradNorm / steps,
    clips: sums.clips,
    learningRate,
    seconds: (performance.now() - start) / 1000,
    dataWaitSeconds: waited / 1000,
  };
}
