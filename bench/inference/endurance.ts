/**
 * Whether a process that serves for long stays as large as it was: its resident memory over many requests.
 *
 *   npm run build && npx tsx bench/inference/endurance.ts --model model.pt --requests 10000
 */
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadModel } from '../../dist';

const { values } = parseArgs({
  options: { model: { type: 'string' }, requests: { type: 'string', default: '10000' } },
});
if (!values.model) throw new Error('expected --model and a TorchScript file');
const requests = Number(values.requests);
const steps = 10;
const concurrent = 16;
// What JavaScript has not collected yet is not what is looked for.
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

async function main(path: string) {
  const model = await loadModel(path);
  // As a camera gives them, so that they are resized.
  const [height, width] = [240, 320];
  const clip = { data: new Uint8Array(model.input.frames * height * width * 3).fill(100), height, width };
  for (let step = 0; step < steps; step++) {
    // The first step fills what is kept for later requests.
    const wanted = Math.ceil(requests / steps);
    let started = 0;
    const worker = async () => {
      while (started++ < wanted) await model.classifyClip({ ...clip, frames: model.input.frames });
    };
    await Promise.all(Array.from({ length: concurrent }, worker));
    collect();
    await setTimeout(50);
    collect();
    const megabytes = process.memoryUsage.rss() / 1e6;
    console.log(`${String(wanted * (step + 1)).padStart(7)} requests: ${megabytes.toFixed(1)} MB resident`);
  }
  await model.dispose();
}

main(values.model);
