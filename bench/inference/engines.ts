import { join } from 'node:path';
import type { Peers } from './setup';
import type { Task } from './task';

export type EngineName =
  | 'kinetorch'
  | 'native'
  | 'eager'
  | 'eager_channels_last'
  | 'torchscript'
  | 'compile'
  | 'onnxruntime'
  | 'onnxruntime-node'
  | 'openvino';

export interface Engine {
  title: string;
  /** Program and arguments. */
  command: (peers: Peers, task: Task) => [string, ...string[]];
  /** It keeps something on disk that makes the next start of the same model faster. */
  remembers?: boolean;
}

const peerFile = (name: string) => join(__dirname, 'peers', name);

const python =
  (file: string, ...args: string[]): Engine['command'] =>
  (peers, task) => [peers.python, peerFile(file), ...args, JSON.stringify(task)];

const node =
  (file: string): Engine['command'] =>
  (_, task) => [process.execPath, peerFile(file), JSON.stringify(task)];

const nativeLoop: Engine['command'] = (peers, { folder, frames, height, width, classes, batch, threads, plans }) => [
  join(peers.native, 'kinetorch_native_loop'),
  join(folder, 'model.pt'),
  join(folder, 'clips.u8'),
  ...[frames, height, width, classes, batch, threads].map(String),
  plans,
];

export const engines: Record<EngineName, Engine> = {
  kinetorch: { title: 'Kinetorch', command: node('kinetorch.cjs'), remembers: true },
  native: { title: "Kinetorch's native loop", command: nativeLoop },
  eager: { title: 'PyTorch eager, NCDHW', command: python('torch_peer.py', 'eager') },
  eager_channels_last: {
    title: 'PyTorch eager, channels_last_3d',
    command: python('torch_peer.py', 'eager_channels_last'),
  },
  torchscript: { title: 'TorchScript frozen, channels_last_3d', command: python('torch_peer.py', 'torchscript') },
  compile: {
    title: 'torch.compile, freezing, channels_last_3d',
    command: python('torch_peer.py', 'compile'),
    remembers: true,
  },
  onnxruntime: { title: 'ONNX Runtime (Python)', command: python('onnxruntime_peer.py') },
  'onnxruntime-node': { title: 'onnxruntime-node', command: node('onnxruntimeNode.cjs') },
  openvino: { title: 'OpenVINO', command: python('openvino_peer.py') },
};

/** LibTorch's own best without a compiler: what Kinetorch would be without its kernels. */
export const libtorchPaths: readonly EngineName[] = ['eager_channels_last', 'torchscript'];

export function chosenEngines(names: readonly string[]): EngineName[] {
  const known = Object.keys(engines) as EngineName[];
  const unknown = names.find((name) => !known.includes(name as EngineName));
  if (unknown !== undefined) throw new Error(`expected --engines to be of ${known.join(', ')} but got ${unknown}`);
  return names as EngineName[];
}
