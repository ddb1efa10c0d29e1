import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ClipDataset, quantizeModel } from '../../dist';
import type { NetworkCase } from '../harness/cases';
import { taskOf } from '../harness/loadTask';
import { once } from '../harness/once';
import { type PreparedNetwork, sharedPeers } from '../harness/prepareNetwork';

const run = promisify(execFile);
const script = join(__dirname, 'peers', 'quantize.py');

/** Makes the int8 networks of all engines, over the clips that there are. */
export async function prepareInt8(network: NetworkCase, prepared: PreparedNetwork, python: string): Promise<void> {
  const { folder } = prepared;
  const data = clipsOf(network, folder);
  const task = taskOf({ id: '', network, batch: data.length, engines: [] }, prepared);
  const weights = readFileSync(join(folder, 'reference.json'), 'utf8');
  const content = [readFileSync(script, 'utf8'), readFileSync(__filename, 'utf8'), weights].join('\n');
  await once(join(folder, 'int8'), content, `${network.name}: quantising`, async () => {
    // Random weights: every layer is int8, however little the logits agree, as NNCF's default leaves them.
    await quantizeModel(join(folder, 'model.pt'), data, {
      outFile: join(folder, 'model.int8.pt'),
      minAgreement: 0,
    });
    await run(python, [script, JSON.stringify(task)], {
      maxBuffer: 2 ** 26,
      env: { ...process.env, PYTHONPATH: sharedPeers },
    });
  });
}

function clipsOf({ frames, height, width }: NetworkCase, folder: string): ClipDataset {
  const bytes = readFileSync(join(folder, 'clips.u8'));
  const size = frames * height * width * 3;
  return {
    labels: ['none'],
    length: bytes.length / size,
    labelOf: () => 0,
    clip: async (index) => ({ data: bytes.subarray(index * size, (index + 1) * size), frames, height, width }),
  };
}
