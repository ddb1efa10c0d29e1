import type { LoadModelOptions } from '../../dist';
import type { Case } from './cases';
import { classes, type PreparedNetwork } from './prepareNetwork';

export type Size = [height: number, width: number];

/** What an engine is told to load, as JSON: it takes from it what concerns it. */
export interface LoadTask {
  architecture: string;
  classes: number;
  /** Of the clips that the network takes. */
  frames: number;
  height: number;
  width: number;
  mean: readonly number[];
  std: readonly number[];
  batch: number;
  /** With model.pt, weights.pth, model.onnx; for int8 model.int8.pt, model.int8.xml, model.int8.onnx. */
  folder: string;
  /** File of uint8 N×T×H×W×3, of the size that `source` says; they are resized to `resize`, then cropped. */
  clips: string;
  source: Size;
  resize: Size;
  /** What a call of PyTorch holds: the forward pass of a tensor, or everything from frames to labels. */
  call: 'forward' | 'classify';
  /** Calls before the first whose logits are given. */
  warmCalls: number;
  threads?: number;
  /** Kinetorch's. */
  loadOptions: LoadModelOptions;
}

/** The part that follows from the case: clips of the network's own size. */
export function taskOf(
  { network, batch }: Case,
  { folder, mean, std }: Pick<PreparedNetwork, 'folder' | 'mean' | 'std'>,
) {
  const { architecture, frames, height, width } = network;
  const own: Size = [height, width];
  return {
    ...{ architecture, classes, frames, height, width, mean, std, batch, folder },
    ...{ clips: `${folder}/clips.u8`, source: own, resize: own },
  };
}
