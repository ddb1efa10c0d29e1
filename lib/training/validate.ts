import type { NativeTrainer } from '../../binding';
import { KinetorchError } from '../base/errors';
import type { ClipLoader } from '../dataset/clips/clipLoader';
import { callNative } from '../native';
import { addFigures, perClip } from './figures';
import { nameClips } from './nameClips';
import type { Figures, RunTask, Validation } from './runTask';

/** Runs every clip of `loader` once, in evaluation mode. Throws `ERR_TRAINING` for a loss that is not finite. */
export async function validate(
  trainer: NativeTrainer,
  loader: ClipLoader,
  { task, epoch, signal }: { task: RunTask; epoch: number; signal?: AbortSignal },
): Promise<Validation> {
  let clips = 0;
  let loss = 0;
  const sums: Figures = {};
  for await (const batch of loader.epoch('evaluate', epoch, { signal })) {
    const result = await callNative(() => trainer.evaluate(batch));
    if (!Number.isFinite(result.lossSum)) {
      throw new KinetorchError(
        'ERR_TRAINING',
        `expected a finite validation loss of epoch ${epoch + 1} but it is ${result.lossSum}. ` +
          `The clips of this batch: ${nameClips(batch.names)}`,
      );
    }
    loss += result.lossSum;
    clips += batch.batch;
    addFigures(sums, task.validationSums(batch, result));
  }
  return { loss: loss / clips, ...perClip(sums, clips), clips };
}
