import { z } from 'zod';
import type { NativeOutput, NativeResult, NativeTensor } from '../../binding';
import { ownRealm } from '../base/ownRealm';
import { type CallOptions, oneOf } from '../base/schemas';
import type { Tensor } from '../clip/types';

/** What each output is, of one clip. */
export interface ClipOutputs {
  /** The network's output before the softmax, one number a class. */
  logits: Float32Array;
  /** Softmax over all classes, or a sigmoid for each of a `multilabel` model, in the order of `labels`. */
  probabilities: Float32Array;
  /** The vector before the last layer (512 numbers for `r2plus1d_18`), for search and clustering. */
  embedding: Float32Array;
  /**
   * C×T'×H'×W', the map whose mean over time and space is the embedding (512×2×7×7 for `r2plus1d_18` on 16 frames of
   * 112×112), for class activation maps.
   */
  features: Tensor;
  /** 3×T×H×W, the clip as a network with a decoder gives it back, normalised like its input. */
  reconstruction: Tensor;
  /** 3×T×H×W, what the reconstruction is of: the clip as the network was given it, resized, cropped and normalised. */
  target: Tensor;
}

export interface Timing {
  /** Milliseconds from the call until its batch began. */
  queueMs: number;
  /**
   * Milliseconds from when its batch began until it was done: preprocessing, network, softmax; on CUDA the end of the
   * batch before as well.
   */
  runMs: number;
  /** Clips that shared the batch. */
  batchSize: number;
}

/** What a network can be asked for. */
export type ModelOutput = keyof ClipOutputs;

/** Options of `VideoModel.run`. */
export interface RunOptions<Name extends ModelOutput> extends CallOptions {
  /** Names of the model's `outputs`. */
  outputs: readonly Name[];
}

/** Those outputs of one clip that were asked for. */
export type RunResult<Name extends ModelOutput> = Pick<ClipOutputs, Name> & { timing: Timing };

const vector = ({ data }: NativeTensor) => ownRealm(data);
const tensor = ({ data, shape }: NativeTensor): Tensor => ({ data: ownRealm(data), shape: [...shape] });

/** How callers see each output of the native layer. Where the names stand, once. */
const readers: { [Name in NativeOutput]: (tensor: NativeTensor) => ClipOutputs[Name] } = {
  logits: vector,
  probabilities: vector,
  embedding: vector,
  features: tensor,
  reconstruction: tensor,
  target: tensor,
};

export const outputNames = Object.keys(readers) as ModelOutput[];

export const outputsSchema = z
  .array(oneOf(outputNames), { error: 'an array of names of outputs' })
  .min(1, { error: 'an array with at least one output' });

export const timingOf = ({ queueMs, runMs, batchSize }: NativeResult): Timing => ({ queueMs, runMs, batchSize });

/** What `VideoModel.run` gives of a clip that has these outputs. */
export function readOutputs<Name extends ModelOutput>(result: NativeResult, names: readonly Name[]): RunResult<Name> {
  const values = names.map((name) => [name, readOutput(result, name)]);
  return { ...Object.fromEntries(values), timing: timingOf(result) } as RunResult<Name>;
}

/** One output of a result that has it. */
export function readOutput<Name extends ModelOutput>(result: NativeResult, name: Name): ClipOutputs[Name] {
  return readers[name](result.outputs[name] as NativeTensor) as ClipOutputs[Name];
}
