import type { ModelOutput } from '../../model/outputs';
import type { VideoModel } from '../../model/videoModel';

/** A tensor of a model, as its metadata tells of it: -1 is any size. */
export interface TensorSpec {
  name: string;
  datatype: 'UINT8' | 'FP32' | 'BYTES';
  shape: number[];
}

export interface InputSpec extends TensorSpec {
  name: 'frames' | 'tensor' | 'video';
}

export interface OutputSpec extends TensorSpec {
  name: ModelOutput | 'labels';
}

/** What a model takes, one of its inputs a request, and what it gives. */
export interface Signature {
  inputs: InputSpec[];
  outputs: OutputSpec[];
  /** What is given where nothing is asked for. */
  usual: OutputSpec['name'][];
}

const any = -1;

/**
 * - A model that classifies gives one row of each output for each clip, and of a video one `probabilities` and `labels`.
 * - One whose task is `reconstruct` has no classes and gives clips back.
 * - The models of an ensemble preprocess clips for themselves, so that it takes no `tensor`.
 */
export function signatureOf(model: VideoModel): Signature {
  const { frames, height, width } = model.input;
  const clip = [any, 3, frames, height, width];
  const classes = model.labels.length;
  const shapes: Record<ModelOutput, number[]> = {
    logits: [any, classes],
    probabilities: [any, classes],
    embedding: [any, any],
    features: [any, any, any, any, any],
    reconstruction: clip,
    target: clip,
  };
  const outputs: OutputSpec[] = model.outputs.map((name) => ({ name, datatype: 'FP32', shape: shapes[name] }));
  const classifies = classes > 0;
  if (classifies) outputs.push({ name: 'labels', datatype: 'BYTES', shape: [any, any] });
  const inputs: InputSpec[] = [{ name: 'frames', datatype: 'UINT8', shape: [any, any, any, any, 3] }];
  if (model.architecture !== 'ensemble') inputs.push({ name: 'tensor', datatype: 'FP32', shape: clip });
  if (classifies) inputs.push({ name: 'video', datatype: 'BYTES', shape: [1] });
  return { inputs, outputs, usual: classifies ? ['probabilities', 'labels'] : ['reconstruction'] };
}
