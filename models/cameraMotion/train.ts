/**
 * Trains `models/camera-motion.pt` on generated clips: `npm run train:camera-motion`. Fetch the photographs first, with
 * `npm run photographs`.
 */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { train } from '../../lib/training/train';
import type { TrainEvent } from '../../lib/training/types';
import { generatedClips, unclearShares } from './generatedClips';
import { clipShape } from './labels';
import { photographFolder } from './photographs';
import { loadSceneLibrary } from './sceneLibrary';

const { values } = parseArgs({
  options: {
    photographs: { type: 'string', default: photographFolder() },
    out: { type: 'string', default: 'run-camera-motion' },
    model: { type: 'string', default: join(__dirname, '..', '..', 'models', 'camera-motion.pt') },
    from: { type: 'string' },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '12' },
    clips: { type: 'string', default: '4500' },
    resume: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  // Validation clips are other draws over the same scenes: the held-out scenes are kept for evaluate.ts.
  const library = await loadSceneLibrary('train', values.photographs);
  const { frames, height, width, frameRate } = clipShape;
  // A network that was trained knows plain moves.
  const easyEpochs = values.from === undefined ? 6 : 0;
  const result = await train(
    {
      ...(values.from === undefined ? { architecture: 'r2plus1d_dw' } : { from: values.from }),
      data: {
        train: generatedClips(library, { length: Number(values.clips), shares: unclearShares, easyEpochs }),
        validation: generatedClips(library, { length: 300 }),
      },
      outDir: values.out,
      resume: values.resume,
      epochs: Number(values.epochs),
      batchSize: 16,
      optimizer: 'adamw',
      learningRate: values.from === undefined ? 0.004 : 0.002,
      warmupEpochs: 0.25,
      weightDecay: 0.05,
      labelSmoothing: 0.02,
      ema: 0.995,
      clipGradNorm: 2,
      // A mirrored pan to the left is a pan to the right.
      augment: { horizontalFlip: 0 },
      input: { frames, height, width, frameRate, resize: [height, width], antialias: true },
      seed: Number(values.seed),
      device: 'cpu',
      precision: 'bfloat16',
      license: 'Apache-2.0',
    },
    { onProgress: report },
  );
  await copyFile(result.modelPath, values.model);
  console.log(JSON.stringify({ ...result, model: values.model }, null, 2));
}

function report(event: TrainEvent): void {
  if (event.type === 'step' && event.step % 25 === 0) {
    console.log(`step ${event.step}: loss ${event.loss.toFixed(3)}, ${event.milliseconds.toFixed(0)} ms`);
  } else if (event.type === 'epoch') {
    const { epoch, train: seen, validation, seconds, dataWaitSeconds } = event;
    console.log(
      `epoch ${epoch}: loss ${seen.loss.toFixed(3)}, validation ${validation?.top1.toFixed(4)}, ` +
        `${seconds.toFixed(0)} s of which ${dataWaitSeconds.toFixed(0)} s waiting for clips`,
    );
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
