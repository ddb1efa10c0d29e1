import type { Case, EngineName, NetworkCase } from '../harness/cases';

/**
 * What is measured in one go. `latency`: one call after the other, each of `batch` clips. `serving`: calls that always
 * wait in number, against the native loop alone; its id is `network/serving`. `reduced`: latency in less than float32;
 * `network/batch/reduced`.
 */
export interface CpuCase extends Case {
  kind: 'latency' | 'serving' | 'reduced';
}

const networks: NetworkCase[] = [
  { name: 'r2plus1d_18', architecture: 'r2plus1d_18', frames: 16, height: 112, width: 112 },
  { name: 'r3d_18', architecture: 'r3d_18', frames: 16, height: 112, width: 112 },
  { name: 'mc3_18', architecture: 'mc3_18', frames: 16, height: 112, width: 112 },
  { name: 'ir_csn_50', architecture: 'ir_csn_50', frames: 16, height: 112, width: 112 },
  { name: 'ir_csn_50_long', architecture: 'ir_csn_50', frames: 32, height: 224, width: 224 },
  { name: 'r2plus1d_dw', architecture: 'r2plus1d_dw', frames: 12, height: 64, width: 80 },
];

const everyEngine: EngineName[] = [
  'kinetorch',
  'eager',
  'eager_channels_last',
  'torchscript',
  'compile',
  'onnxruntime',
  'onnxruntime-node',
  'openvino',
];
/** With 8 clips a round takes long; eager mode is never the fastest, and ONNX Runtime is the same below Python and Node. */
const engines8: EngineName[] = ['kinetorch', 'torchscript', 'compile', 'onnxruntime-node', 'openvino'];
const reducedEngines: EngineName[] = [
  'kinetorch-int8',
  'kinetorch-bfloat16',
  'kinetorch',
  'openvino-int8',
  'openvino-bfloat16',
  'openvino',
  'onnxruntime-int8',
];
const servingEngines: EngineName[] = ['kinetorch', 'native', 'onnxruntime-node'];
/** The largest of the networks, and the smallest, in which what surrounds the network would show most. */
const served = ['r2plus1d_18', 'r2plus1d_dw'];

export const cases: readonly CpuCase[] = [
  ...networks.map((network) => latency(network, 1, everyEngine)),
  ...networks.map((network) => latency(network, 8, engines8)),
  ...networks.map((network) => reduced(network, 1)),
  ...networks.filter(({ name }) => name === 'r2plus1d_dw').map((network) => reduced(network, 8)),
  ...networks
    .filter(({ name }) => served.includes(name))
    .map((network): CpuCase => {
      const id = `${network.name}/serving`;
      return { id, network, kind: 'serving', batch: 8, engines: servingEngines };
    }),
];

function latency(network: NetworkCase, batch: number, engines: EngineName[]): CpuCase {
  return { id: `${network.name}/${batch}`, network, kind: 'latency', batch, engines };
}

function reduced(network: NetworkCase, batch: number): CpuCase {
  return { id: `${network.name}/${batch}/reduced`, network, kind: 'reduced', batch, engines: reducedEngines };
}

/** Those named by an id or by their network; all where none is named. */
export function chosenCases(names: readonly string[]): CpuCase[] {
  const matches = (name: string, { id, network }: CpuCase) => name === id || name === network.name;
  const unknown = names.find((name) => !cases.some((one) => matches(name, one)));
  if (unknown !== undefined) {
    throw new Error(
      `expected --cases to be of ${cases.map(({ id }) => id).join(', ')}, or a network, but got ${unknown}`,
    );
  }
  return cases.filter((one) => names.length === 0 || names.some((name) => matches(name, one)));
}
