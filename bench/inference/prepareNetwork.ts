import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createModel } from '../../dist';
import type { NetworkCase } from './cases';
import { once, type Peers, workFolder } from './setup';

const run = promisify(execFile);

export const classes = 400;
/** Clips that are made: as many as the largest batch. */
const clips = 8;

/** A convolution as the network's PyTorch definition has it. */
export interface ConvLayer {
  kernel: [number, number, number];
  stride: [number, number, number];
  groups: number;
  /** [C, T, H, W] */
  input: [number, number, number, number];
  output: [number, number, number, number];
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

/** Makes clips, weights, model.pt and model.onnx where they are not there yet. */
export async function prepareNetwork(network: NetworkCase, peers: Peers): Promise<PreparedNetwork> {
  const { name, architecture, frames, height, width } = network;
  const folder = join(workFolder, 'networks', name);
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const input = { frames, height, width, resize: [height, width] as [number, number], antialias: false };
  const fresh = await createModel({ architecture, numClasses: classes, input });
  const { mean, std } = fresh.metadata.input;
  const task = { architecture, classes, frames, height, width, clips, folder, mean, std };
  const scripts = ['prepare.py', 'networks.py', 'protocol.py'].map((file) => join(__dirname, 'peers', file));
  const content = [JSON.stringify(task), ...scripts.map((path) => readFileSync(path, 'utf8'))].join('\n');
  await once(folder, content, `${name}: making weights, clips, an ONNX file and logits in float64`, async () => {
    await run(peers.python, [scripts[0] as string, JSON.stringify(task)], { maxBuffer: 2 ** 26 });
    const model = await createModel({ architecture, numClasses: classes, input, weights: join(folder, 'weights.pth') });
    await model.save(join(folder, 'model.pt'));
  });
  return { folder, mean, std, reference: read('reference.json'), layers: read('layers.json') };
}
