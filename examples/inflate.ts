/**
 * Trains on from an ImageNet ResNet-50 of torchvision, turned into a network for video.
 *
 *   npx tsx examples/inflate.ts resnet50-11ad3fa6.pth clips/ run/
 */
import { train } from 'kinetorch';

async function main(weights: string, data: string, outDir: string) {
  const { modelPath } = await train(
    {
      architecture: 'slow_50',
      from: weights,
      // Looks at frames one by one until training makes it look over time: good for small sets.
      inflate: 'centre',
      data,
      outDir,
      input: { frames: 8, frameRate: 8 },
      epochs: 10,
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

const [weights = 'resnet50-11ad3fa6.pth', data = 'clips/', outDir = 'run/'] = process.argv.slice(2);
void main(weights, data, outDir);
