/**
 * Trains on from an ImageNet ResNet-50 of torchvision, turned into a network for video.
 *
 *   npx tsx examples/inflate.ts resnet50-11ad3fa6.pth clips/ run/
 *   npx tsx examples/inflate.ts resnet50-11ad3fa6.pth clips/ run/ 112 2   # smaller frames, two epochs: to try it
 */
import { train } from 'kinetorch';

async function main([weights, data, outDir, side = '224', epochs = '10']: string[]) {
  if (!weights || !data || !outDir) throw new Error('expected weights, clips and a folder to write');
  const { modelPath } = await train(
    {
      architecture: 'slow_50',
      from: weights,
      // Looks at frames one by one until training makes it look over time: good for small sets.
      inflate: 'centre',
      data,
      outDir,
      input: { frames: 8, frameRate: 8, height: Number(side), width: Number(side) },
      epochs: Number(epochs),
      bodyRate: 0.1,
      freezeStages: 2,
      freezeBatchNorm: true,
    },
    {
      onProgress: (event) => {
        if (event.type === 'epoch') console.log(`epoch ${event.epoch}: top-1 ${event.validation?.top1}`);
      },
    },
  );
  console.log(modelPath);
}

void main(process.argv.slice(2));
