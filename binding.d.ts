/**
 * The hand-kept contract of `kinetorch.node`: exactly what the addon registers and what lib/native.ts may call.
 * `scripts/check-binding.mjs` compares the two and fails on any difference.
 *
 * Native code validates what only it can know (a damaged archive, a shape that does not fit); option bags are
 * validated and filled in TypeScript before they come here. A failing call throws or rejects with an Error that
 * carries a `code` of lib/errors.ts. No function blocks the event loop for longer than a copy of its clip.
 */

/** Where and how this addon runs. */
export interface RuntimeInfo {
  torchVersion: string;
  /** Best instruction set LibTorch uses here: `DEFAULT`, `AVX2`, `AVX512`, … */
  cpuCapability: string;
  threads: number;
  hasMkldnn: boolean;
  /** CUDA devices in index order; empty where the LibTorch found has no CUDA or there is no driver. */
  cudaDevices: string[];
  /** Why there is no CUDA; empty where there is. */
  cudaReason: string;
}

/** One row of the architecture table. */
export interface ArchitectureInfo {
  name: string;
  family: 'r3d' | 'mc3' | 'r2plus1d' | 'csn' | 'dw';
  /** Frames, height and width that the architecture was published with. */
  frames: number;
  height: number;
  width: number;
}

export interface CreateOptions {
  architecture: string;
  numClasses: number;
  /** Seed of the initial weights. */
  seed: number;
  /** Text of `kinetorch.json`, stored in the archive as it is. */
  metadata: string;
  /** A `.safetensors` or torch `.pth` file; '' for fresh weights. */
  weights: string;
}

/** How a clip becomes the network's input. */
export interface InputSpec {
  frames: number;
  height: number;
  width: number;
  /** [height, width] both, or [shortSide] alone; the crop is taken from the centre after it. */
  resize: number[];
  antialias: boolean;
  /** Three values each, RGB, for frames scaled to [0, 1]. */
  mean: number[];
  std: number[];
}

export interface LoadOptions {
  device: string;
  precision: string;
  input: InputSpec;
  numClasses: number;
  maxBatchSize: number;
  maxDelayMs: number;
  maxQueue: number;
  /** Intra-op threads of this model's executor; 0 means all cores. */
  threads: number;
}

/** T×H×W×3 frames, RGB. A Float32Array holds values in [0, 1]. The bytes are copied before the call returns. */
export interface NativeClip {
  data: Uint8Array | Uint8ClampedArray | Float32Array;
  frames: number;
  height: number;
  width: number;
  /** Horizontal and vertical place of the crop, 0 left or top, 0.5 centre, 1 right or bottom. */
  cropX: number;
  cropY: number;
}

export type NativeOutput = 'topK' | 'logits' | 'probabilities' | 'embedding';

export interface NativeResult {
  /** Best first; empty unless output is 'topK'. */
  indices: Int32Array;
  scores: Float32Array;
  /** Whole vector for 'logits', 'probabilities' and 'embedding'; empty for 'topK'. */
  values: Float32Array;
  queueMs: number;
  runMs: number;
  batchSize: number;
}

export interface NativeStats {
  requests: number;
  completed: number;
  failed: number;
  cancelled: number;
  batches: number;
  queued: number;
  running: number;
  totalQueueMs: number;
  totalRunMs: number;
  maxQueueMs: number;
  maxRunMs: number;
}

/** A frozen network on its device with its own queue and executor thread. */
export declare class NativeModel {
  /** Runs one clip of zeros before the promise resolves. */
  static load(source: string | Uint8Array, options: LoadOptions): Promise<NativeModel>;
  /** Resolved, for example 'cpu' or 'cuda:0', and 'float32', 'float16' or 'bfloat16'. */
  readonly device: string;
  readonly precision: string;
  readonly canEmbed: boolean;
  /** `requestId` is the caller's own number, for `cancel`. Throws ERR_QUEUE_FULL, ERR_DISPOSED, ERR_CLIP_*. */
  classify(requestId: number, clip: NativeClip, output: NativeOutput, topK: number): Promise<NativeResult>;
  /** Drops a request that still waits: its promise rejects with `code`. False where it already runs or is done. */
  cancel(requestId: number, code: string, message: string): boolean;
  stats(): NativeStats;
  /** Refuses new requests, finishes those accepted, frees the memory. Idempotent. */
  dispose(): Promise<void>;
}

export interface LayerProfile {
  /** Module path as in the state dict, for example 'layer1.0.conv1.0'. */
  path: string;
  kind: string;
  /** [C, T, H, W] after this layer, or [C]. */
  outputShape: number[];
  parameters: number;
  /** Multiply-adds for one clip. */
  macs: number;
}

export interface ModelProfile {
  parameters: number;
  /** Empty where the graph holds an operator whose shape is not known here: `unknownOperator` names it. */
  layers: LayerProfile[];
  unknownOperator: string;
}

export interface TrainerOptions {
  device: string;
  input: InputSpec;
  numClasses: number;
  optimizer: 'sgd' | 'adamw';
  momentum: number;
  nesterov: boolean;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  labelSmoothing: number;
  /** Probability of a horizontal flip in `step`. */
  horizontalFlip: number;
  /** Global norm above which gradients are scaled down; 0 is off. */
  clipGradNorm: number;
  seed: number;
  threads: number;
}

/** uint8 N×T×H×W×3 clips, all of one size at or above the input's height and width, and N labels. */
export interface NativeBatch {
  data: Uint8Array;
  batch: number;
  frames: number;
  height: number;
  width: number;
  labels: Int32Array;
}

export interface StepResult {
  loss: number;
  correct: number;
  gradNorm: number;
  runMs: number;
}

export interface EvalResult {
  /** Sum of the cross entropy over the batch. */
  lossSum: number;
  /** N×classes, row-major. */
  probabilities: Float32Array;
}

/** uint8 T×H×W×3. */
export interface ResizeClip {
  data: Uint8Array;
  frames: number;
  height: number;
  width: number;
}

/** A network in training with its optimiser and its own thread. Calls run in the order they were made. */
export declare class NativeTrainer {
  static create(source: string | Uint8Array, options: TrainerOptions): Promise<NativeTrainer>;
  readonly device: string;
  /** Random crop and flip, forward, backward, one optimiser step. */
  step(batch: NativeBatch, learningRate: number): Promise<StepResult>;
  /** Centre crop, no gradient, batch-norm in evaluation mode. */
  evaluate(batch: NativeBatch): Promise<EvalResult>;
  /** Writes a TorchScript archive with `metadata` as its kinetorch.json; atomic: temporary file, fsync, rename. */
  saveModel(path: string, metadata: string): Promise<void>;
  /** Model, optimiser and random state, and `state`, the caller's own text. Atomic. */
  saveCheckpoint(path: string, state: string): Promise<void>;
  /** Restores what saveCheckpoint wrote and returns its `state`. */
  loadCheckpoint(path: string): Promise<string>;
  dispose(): Promise<void>;
}

export interface NativeBinding {
  runtimeInfo(): RuntimeInfo;
  architectures(): ArchitectureInfo[];
  /** A TorchScript archive with the architecture's weights and `kinetorch.json` inside. */
  createModel(options: CreateOptions): Promise<Uint8Array>;
  /** Checks the archive's zip structure without running anything, and reads one file of its `extra/`; null where absent. */
  readExtraFile(source: string | Uint8Array, name: string): Promise<string | null>;
  /** `shape` is [frames, height, width]. */
  profileModel(source: string | Uint8Array, shape: number[]): Promise<ModelProfile>;
  /** uint8 T×H×W×3 frames resized as loadModel's preprocessing does; `resize` is [height, width] or [shortSide]. */
  resizeClip(clip: ResizeClip, resize: number[], antialias: boolean): Promise<ResizeClip>;
  NativeModel: typeof NativeModel;
  NativeTrainer: typeof NativeTrainer;
}
