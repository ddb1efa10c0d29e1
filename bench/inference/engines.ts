import { join } from 'node:path';
import type { EngineName } from '../harness/cases';
import type { LoadTask } from '../harness/loadTask';
import { sharedPeers } from '../harness/prepareNetwork';
import type { Peers } from './setup';

export interface Engine {
  title: string;
  /** Program and arguments. */
  command: (peers: Peers, task: LoadTask) => [string, ...string[]];
  /** Float32 unless given. */
  precision?: 'bfloat16' | 'int8';
  /** It keeps something on disk that makes the next start of the same model faster. */
  remembers?: boolean;
}

const ownPeers = join(__dirname, 'peers');

const torch =
  (way: EngineName): Engine['command'] =>
  ({ python }) => [python, join(sharedPeers, 'torch_peer.py'), way, 'cpu'];

const kinetorch: Engine['command'] = () => [process.execPath, join(sharedPeers, 'kinetorch.cjs')];

const inPython =
  (file: string, ...args: string[]): Engine['command'] =>
  ({ python }) => [python, join(ownPeers, file), ...args];

/** What C++ has to be told before it starts: it reads no JSON. */
const nativeLoop: Engine['command'] = ({ native }, task) => [
  join(native, 'kinetorch_native_loop'),
  join(task.folder, 'model.pt'),
  task.clips,
  ...[task.frames, task.height, task.width, task.classes, task.batch, task.threads].map(String),
  task.loadOptions.tuning?.folder ?? '',
];

export const engines: Record<EngineName, Engine> = {
  kinetorch: { title: 'Kinetorch', command: kinetorch, remembers: true },
  'kinetorch-bfloat16': { title: 'Kinetorch, bfloat16', command: kinetorch, precision: 'bfloat16' },
  'kinetorch-int8': { title: 'Kinetorch, int8', command: kinetorch, precision: 'int8', remembers: true },
  native: { title: "Kinetorch's native loop", command: nativeLoop },
  eager: { title: 'PyTorch eager, NCDHW', command: torch('eager') },
  eager_channels_last: {
    title: 'PyTorch eager, channels_last_3d',
    command: torch('eager_channels_last'),
  },
  torchscript: { title: 'TorchScript frozen, channels_last_3d', command: torch('torchscript') },
  compile: {
    title: 'torch.compile, freezing, channels_last_3d',
    command: torch('compile'),
    remembers: true,
  },
  onnxruntime: { title: 'ONNX Runtime (Python)', command: inPython('onnxruntime_peer.py', 'float32') },
  'onnxruntime-int8': {
    title: 'ONNX Runtime (Python), int8',
    command: inPython('onnxruntime_peer.py', 'int8'),
    precision: 'int8',
  },
  'onnxruntime-node': {
    title: 'onnxruntime-node',
    command: ({ packages }) => [process.execPath, join(ownPeers, 'onnxruntimeNode.cjs'), packages],
  },
  openvino: { title: 'OpenVINO', command: inPython('openvino_peer.py', 'float32') },
  'openvino-bfloat16': {
    title: 'OpenVINO, bfloat16',
    command: inPython('openvino_peer.py', 'bfloat16'),
    precision: 'bfloat16',
  },
  'openvino-int8': {
    title: 'OpenVINO, int8',
    command: inPython('openvino_peer.py', 'int8'),
    precision: 'int8',
  },
};

/** LibTorch's own best without a compiler: what Kinetorch would be without its kernels. */
export const libtorchPaths: readonly EngineName[] = ['eager_channels_last', 'torchscript'];

export function chosenEngines(names: readonly string[]): EngineName[] {
  const known = Object.keys(engines) as EngineName[];
  const unknown = names.find((name) => !known.includes(name as EngineName));
  if (unknown !== undefined) throw new Error(`expected --engines to be of ${known.join(', ')} but got ${unknown}`);
  return names as EngineName[];
}
