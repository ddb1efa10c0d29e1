import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { train } from '../../lib';
import { readMetadata } from '../../lib/model/modelFile';
import { torchvisionOf } from '../../lib/model/weights/kerasResNet';
import { writeSafetensors } from '../../lib/model/weights/writeSafetensors';
import { kerasArrays } from '../support/kerasArrays';
import { clips, runNode } from '../support/runCli';
import { smallRun } from '../support/smallRun';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const weights = join(folder, 'resnet50.safetensors');

beforeAll(() => writeFileSync(weights, writeSafetensors(torchvisionOf(kerasArrays(5), 'keras'))));

test('training begins with weights for pictures, below a new head, and sees clips as they did', async () => {
  const change = { architecture: 'tsm_50', from: weights, epochs: 1, freezeStages: 5 };
  const { modelPath } = await train(smallRun(join(folder, 'run'), change));
  expect(await readMetadata(modelPath)).toMatchObject({
    architecture: 'tsm_50',
    labels: ['dark', 'bright'],
    input: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  });
}, 120_000);

test('the example of inflated weights runs', async () => {
  for (const label of ['one', 'two']) {
    mkdirSync(join(folder, 'clips', label), { recursive: true });
    for (const copy of [0, 1]) {
      copyFileSync(join(clips, 'odd_rate.mp4'), join(folder, 'clips', label, `${copy}.mp4`));
    }
  }
  const example = join('examples', 'inflate.ts');
  const args = [weights, join(folder, 'clips'), join(folder, 'example'), '32', '1'];
  const { code, stdout, stderr } = await runNode(['--import', 'tsx', example, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^epoch 1: top-1 .*\n.*best\.pt\n$/);
}, 120_000);
