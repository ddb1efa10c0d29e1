import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createModel } from '../../dist';
import type { NetworkCase } from './cases';
import type { ConvLayer } from './convolution';
import { once } from './once';
import { workFolder } from './workFolder';

const run = promisify(execFile);

export const classes = 400;

/** Programs and definitions that the engines share; also what PYTHONPATH names for peers elsewhere. */
export const sharedPeers = join(__dirname, 'peers');

/** What is made for a network beside its weights. */
export interface Preparation {
  clips: number;
  /** Also model.onnx, which needs more than torch. */
  onnx: boolean;
  /** Also camera.u8: as many clips with frames of this height and width. */
  camera?: [height: number, width: number];
}

/** What all engines share for one network. */
export interface PreparedNetwork {
  folder: string;
  mean: readonly number[];
  std: readonly number[];
  /** In float64, of the first clips. */
  reference: number[][];
  layers: ConvLayer[];
}

/** Makes clips, weights and model.pt where they are not there yet. */
export async function prepareNetwork(
  network: NetworkCase,
  python: string,
  preparation: Preparation,
): Promise<PreparedNetwork> {
  const { name, architecture, frames, height, width } = network;
  const folder = join(workFolder, 'networks', name);
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const input = { frames, height, width, resize: [height, width] as [number, number], antialias: false };
  const fresh = await createModel({ architecture, numClasses: classes, input });
  const { mean, std } = fresh.metadata.input;
  const task = { architecture, classes, frames, height, width, folder, mean, std, ...preparation };
  const scripts = ['prepare.py', 'networks.py', 'protocol.py'].map((file) => join(sharedPeers, file));
  const content = [JSON.stringify(task), ...scripts.map((path) => readFileSync(path, 'utf8'))].join('\n');
  await once(folder, content, `${name}: making weights, clips and logits in float64`, async () => {
    await run(python, [scripts[0] as string, JSON.stringify(task)], { maxBuffer: 2 ** 26 });
    const model = await createModel({ architecture, numClasses: classes, input, weights: join(folder, 'weights.pth') });
    await model.save(join(folder, 'model.pt'));
  });
  return { folder, mean, std, reference: read('reference.json'), layers: read('layers.json') };
}
