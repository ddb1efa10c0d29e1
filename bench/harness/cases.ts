/** A network at one size of clip. */
export interface NetworkCase {
  /** Of its folder, and in results. */
  name: string;
  architecture: string;
  frames: number;
  height: number;
  width: number;
}

/** Every engine that a benchmark knows; what it is called there and how it is set stands in the benchmark's engines.ts. */
export type EngineName =
  | 'kinetorch'
  | 'kinetorch-bfloat16'
  | 'kinetorch-int8'
  | 'native'
  | 'eager'
  | 'eager_channels_last'
  | 'torchscript'
  | 'compile'
  | 'onnxruntime'
  | 'onnxruntime-node'
  | 'onnxruntime-int8'
  | 'openvino'
  | 'openvino-bfloat16'
  | 'openvino-int8';

/** A network with so many clips a call, run by engines in turn. */
export interface Case {
  /** `network/batch`, with more behind it where that does not tell it from others. */
  id: string;
  network: NetworkCase;
  batch: number;
  engines: readonly EngineName[];
}
