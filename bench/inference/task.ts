/** What a peer is told when it starts, as JSON. */
export interface Task {
  architecture: string;
  classes: number;
  frames: number;
  height: number;
  width: number;
  batch: number;
  threads: number;
  mean: readonly number[];
  std: readonly number[];
  /** With clips.u8, model.pt, model.onnx, weights.pth. */
  folder: string;
  /** Where npm installed onnxruntime-node. */
  packages: string;
  /** Kinetorch's measurements of kernels. */
  plans: string;
  /** Calls come as to a server, not in whole batches. */
  serving: boolean;
}
