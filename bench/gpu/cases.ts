import type { Case, EngineName, NetworkCase } from '../harness/cases';
import type { Size } from '../harness/loadTask';

export interface Network extends NetworkCase {
  /** The clips of the last case come as a camera gives them, and are resized and cropped on the device. */
  camera?: { source: Size; resize: Size };
}

/** Calls of `batch` clips: one after the other, and as many as can be had in a second. */
export interface GpuCase extends Case {
  network: Network;
  /** Clips as a camera gives them; the id says so. */
  camera: boolean;
}

/** Steps of training, against the loop in Python. */
export interface TrainingCase extends Omit<NetworkCase, 'name'> {
  resize: Size;
  batch: number;
  optimizer: 'sgd' | 'adamw';
}

/** All that is measured. */
export interface Plan {
  networks: Network[];
  /** Of the engines of a case, each of which begins with another. */
  rounds: number;
  /** In the order of their weight: what there is no time for comes last. */
  inference: GpuCase[];
  /** Against torch.compile, which takes long to start. */
  compiled: GpuCase[];
  /** Many calls at once, and the share of time in which the GPU computes. */
  serving: { network: Network; batch: number; seconds: number };
  /** Logits against float32 on the processor. */
  agreement: { network: Network; clips: number };
  training: TrainingCase[];
}

const usual: EngineName[] = ['kinetorch', 'eager_channels_last', 'torchscript'];

export function planOf(quick: boolean): Plan {
  const shape: [number, number, number] = quick ? [8, 64, 64] : [16, 112, 112];
  const camera: Network['camera'] = quick
    ? { source: [96, 128], resize: [72, 96] }
    : { source: [240, 320], resize: [128, 171] };
  const r2plus1d = { ...network('r2plus1d_18', shape), camera };
  const csn = network('ir_csn_50', shape);
  const r3d = network('r3d_18', shape);
  const small = network('r2plus1d_dw', quick ? [8, 64, 80] : [12, 64, 80]);
  const [few, many] = quick ? [1, 2] : [1, 64];
  const batches = quick ? [few, many] : [64, 1, 16, 4];
  const each = (one: Network) => batches.map((batch) => inference(one, batch));
  // One batch of the others shows that they run.
  const others = quick ? [csn, small, r3d].map((one) => inference(one, many)) : [csn, small, r3d].flatMap(each);
  const training = (optimizer: 'sgd' | 'adamw'): TrainingCase => {
    const [frames, height, width] = shape;
    const resize: Size = quick ? [72, 96] : [128, 171];
    return { ...{ architecture: 'r2plus1d_18', frames, height, width, resize }, batch: quick ? 2 : 32, optimizer };
  };
  return {
    networks: [r2plus1d, csn, small, r3d],
    rounds: quick ? 1 : 3,
    inference: [...each(r2plus1d), inference(r2plus1d, many, true), ...others],
    compiled: (quick ? [many] : [many, few]).map((batch) => ({
      ...inference(quick ? small : r2plus1d, batch),
      engines: ['kinetorch', 'compile'],
    })),
    serving: { network: r2plus1d, batch: many, seconds: quick ? 2 : 6 },
    agreement: { network: r2plus1d, clips: quick ? 8 : 1000 },
    training: [training('sgd'), training('adamw')],
  };
}

function network(architecture: string, [frames, height, width]: [number, number, number]): Network {
  return { name: `${architecture}-${frames}x${height}x${width}`, architecture, frames, height, width };
}

function inference(one: Network, batch: number, camera = false): GpuCase {
  const id = `${one.architecture}/${batch}${camera ? '/camera' : ''}`;
  return { id, network: one, batch, camera, engines: usual };
}
