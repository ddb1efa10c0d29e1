import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { train } from '../../lib';
import { readMetadata } from '../../lib/model/modelFile';
import { torchvisionOf } from '../../lib/model/weights/kerasResNet';
import { writeSafetensors } from '../../lib/model/weights/writeSafetensors';
import { kerasArrays } from '../support/kerasArrays';
import { smallRun } from '../support/smallRun';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();

test('training begins with weights for pictures, below a new head, and sees clips as they did', async () => {
  const weights = join(folder, 'resnet50.safetensors');
  writeFileSync(weights, writeSafetensors(torchvisionOf(kerasArrays(5), 'keras')));
  const change = { architecture: 'tsm_50', from: weights, epochs: 1, freezeStages: 5 };
  const { modelPath } = await train(smallRun(join(folder, 'run'), change));
  expect(await readMetadata(modelPath)).toMatchObject({
    architecture: 'tsm_50',
    labels: ['dark', 'bright'],
    input: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  });
}, 120_000);
