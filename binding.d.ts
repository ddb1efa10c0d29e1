/**
 * The hand-kept contract of `kinetorch.node`: exactly what the addon registers and what lib/native.ts may call.
 * `scripts/check/binding.mjs` compares the two and fails on any difference.
 *
 * Native code validates what only it can know (a damaged archive, a shape that does not fit); option bags are
 * validated and filled in TypeScript before they come here. A failing call throws or rejects with an Error that
 * carries a `code` of lib/base/errors.ts. No function blocks the event loop for longer than a copy of its clip.
 */

/** Where and how this addon runs. */
export interface RuntimeInfo {
  torchVersion: string;
  /** Best instruction set LibTorch uses here: `DEFAULT`, `AVX2`, `AVX512`, … */
  cpuCapability: string;
  threads: number;
  /** CUDA devices in index order; empty where the LibTorch found has no CUDA or there is no driver. */
  cudaDevices: string[];
  /** Why there is no CUDA; empty where there is. */
  cudaReason: string;
  /** Why a LibTorch with CUDA runs without Kinetorch's CUDA library; empty where it runs with it, or has no CUDA. */
  cudaLibraryReason: string;
}

/** One row of the architecture table. */
export interface ArchitectureInfo {
  name: string;
  family: 'r3d' | 'mc3' | 'r2plus1d' | 'c2d' | 'i3d' | 'slow' | 'tsm' | 'csn' | 'dw' | 'cnn';
  /** Frames, height and width that the architecture was published with. */
  frames: number;
  height: number;
  width: number;
  /** Paths of its modules from the input on, as in the state dict; the head left out. */
  stages: string[];
  /** Path of the linear layer that gives the logits. */
  head: string;
  /** Pixels of a side that become one value of the last stage. */
  spatialStride: number;
}

/** How a 2-D network becomes one for clips. */
export interface FrameCnnOptions {
  stream: 'rgb' | 'difference';
  /** Of differences: frames from one to the other, and how the network wants its pictures normalised. */
  lag: number;
  mean: number[];
  std: number[];
  /** What becomes of the vectors of the frames. */
  pool: 'mean' | 'mean+change' | 'multi-stage' | 'convolution' | 'lstm';
  /** Share of numbers that training leaves out before the head. */
  dropout: number;
}

export interface CreateOptions {
  architecture: string;
  numClasses: number;
  /** Seed of the initial weights. */
  seed: number;
  /** Of a 2-D network; others do not read it. */
  frameCnn: FrameCnnOptions;
  /** Text of `kinetorch.json`, stored in the archive as it is. */
  metadata: string;
  /**
   * A `.safetensors` or torch `.pth` file or a TorchScript archive, as path or bytes; or several that have a part of the
   * weights each; [] for fresh weights.
   */
  weights: (string | Uint8Array)[];
  /** Keep the fresh classification head, whatever head `weights` has. */
  newHead: boolean;
  /** How kernels of networks for pictures become those of clips. */
  inflate: 'average' | 'centre';
}

export interface CreateReconstructionOptions {
  architecture: string;
  /** For masked reconstruction: the decoder sees all stages, and parts of clips can be hidden. Else it sees the last alone. */
  masked: boolean;
  /** Seed of the weights. */
  seed: number;
  /** Text of `kinetorch.json`, stored in the archive as it is. */
  metadata: string;
}

/** Which network of the architecture table a file's is: all that is to be known of it but for its weights. */
export interface CatalogueNetwork {
  architecture: string;
  /** Of one without a decoder. */
  numClasses: number;
  /** Of a 2-D network; others do not read it. */
  frameCnn: FrameCnnOptions;
  /** What stands above the stages of one that gives clips back: as `createReconstruction` makes it, plain or masked. */
  decoder: 'none' | 'plain' | 'masked';
}

/** Whose names the tensors of a file of weights have; 'kinetorch' of all others. */
export type NativeWeightNaming = 'kinetorch' | 'torchvision' | 'pytorchvideo' | 'pyslowfast' | 'mmaction2';

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
  /** 'auto', 'cpu', 'cuda', 'cuda:N' or 'cuda:*'. */
  device: string;
  precision: string;
  input: InputSpec;
  /** 0 where the task is 'reconstruct'. */
  numClasses: number;
  /**
   * 'multiclass', 'multilabel' where classes do not exclude each other, so that probabilities are sigmoids instead of a
   * softmax, or 'reconstruct' for the network's method of that name in place of its `forward`.
   */
  task: string;
  /** What the network gives for each class: 'logits' or 'probabilities'; '' where that is not known. */
  output: string;
  maxBatchSize: number;
  maxDelayMs: number;
  maxQueue: number;
  /** 'off', 'exact' or 'fast': of a float32 network on a CPU; on CUDA, in any precision, the last two are the same. */
  optimize: string;
  /** Milliseconds for measuring kernels while loading; 0: they are chosen by rule. */
  measureMs: number;
  /** Of weights packed for the kernels. */
  maxWeightBytes: number;
  /** Folder where measurements are remembered; empty: nowhere. */
  planFolder: string;
  /** Intra-op threads of each of this model's executors; 0 means all cores. */
  threads: number;
  /** Bytes that this process may take of each CUDA device; 0: all there are. */
  memoryLimit: number;
  /** Runs these convolutions in int8: on a CPU, with the precision 'float32' for all else. Left out: in float32. */
  quantization?: QuantizedLayer[];
}

/** A convolution that can be int8, in the order of `NativeQuantizer.layers`. */
export interface QuantizedLayer {
  /** Else it is float32. */
  int8: boolean;
  /** [min, max] of what it reads, min ≤ 0 ≤ max. */
  input: number[];
  /** The same of what is added to what it gives; left out where it adds none. */
  residual?: number[];
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

/** N×C×T×H×W values as the network sees them, one after the other. They are copied before the call returns. */
export interface NativeClipTensor {
  data: Float32Array;
  /** N. */
  clips: number;
  /** C: 3, or 1 where all three channels are the same. */
  channels: number;
}

/** What a network can give of a clip; native/network/outputs.h has the same names. */
export type NativeOutput = 'logits' | 'probabilities' | 'embedding' | 'features' | 'reconstruction' | 'target';

export interface NativeTensor {
  /** Row-major. */
  data: Float32Array;
  shape: number[];
}

/** A map of where a network looked. Which methods there are: native/explanation/map_request.h. */
export interface NativeMapRequest {
  method: string;
  /** Path of a module that the network calls, of which a second, unfrozen copy is loaded; '' for what enters the pooling. */
  layer: string;
  /** Index of the class it is to speak of; -1 for the one with the highest logit. */
  label: number;
}

export interface NativeMap {
  /** T×H×W of the network's input, from 0 to 1. */
  values: Float32Array;
  label: number;
}

export interface NativeResult {
  /** The most probable classes, best first; empty where `topK` was 0. */
  indices: Int32Array;
  scores: Float32Array;
  /**
   * Those asked for: 'logits' and 'probabilities' of [classes], 'embedding' of [C], 'features' of [C, T', H', W'],
   * 'reconstruction' and 'target' of [3, T, H, W].
   */
  outputs: { [name in NativeOutput]?: NativeTensor };
  /** Null where none was asked for. */
  map: NativeMap | null;
  queueMs: number;
  runMs: number;
  batchSize: number;
}

/** Times, in milliseconds. */
export interface NativeHistogram {
  /** Upper ends of the ranges, ascending; an end belongs to its own range. The same in every process. */
  bounds: number[];
  /** How many fell into each range, not cumulated; one more than `bounds`: the last is for those above all of them. */
  counts: number[];
  /** Of all times. */
  sum: number;
  /** How many there were. */
  count: number;
}

export interface NativeStats {
  requests: number;
  completed: number;
  failed: number;
  cancelled: number;
  batches: number;
  /** Waiting now. */
  queued: number;
  /** In the batches that run now. */
  running: number;
  /** From the call until the clip's batch began, a time for each clip whose batch has begun. */
  queueTimes: NativeHistogram;
  /** A time for each batch that is done. */
  runTimes: NativeHistogram;
  /** The part of it in which clips become a batch; on CUDA until that is on its way. A time for each batch. */
  preprocessTimes: NativeHistogram;
  maxQueueMs: number;
  maxRunMs: number;
}

/**
 * A model's file, opened and checked once: structure and CRCs. It stays open, so that what was checked is what is loaded
 * whatever becomes of its path, until it is closed, or garbage.
 */
export declare class NativeModelFile {
  /** `sha256` is that of the file, 64 hexadecimal digits in lower case, or '' for any; else ERR_MODEL_UNTRUSTED. */
  static open(source: string | Uint8Array, sha256: string): Promise<NativeModelFile>;
  /** For example 'torchscript'. */
  readonly format: string;
  /** Text of `kinetorch.json`; null in a file from elsewhere. */
  readonly metadata: string | null;
  /** What is in the file that is not known only to compute, a sentence each; see native/model/scan_code.h. Runs nothing. */
  scan(): Promise<string[]>;
  /**
   * From now on its network is built here, as `network` says, with the file's weights, and nothing of the file runs. All
   * that takes the file, or took a copy of it since, then throws ERR_WEIGHTS where they are not that network's.
   */
  buildHere(network: CatalogueNetwork): void;
  /** `shape` is [frames, height, width]. */
  profile(shape: number[]): Promise<ModelProfile>;
  /**
   * The network as a TorchScript archive with this text as its `kinetorch.json`; with `perFrame` the file's is one for
   * pictures, N×3×H×W, and the archive's for clips: the mean over their frames.
   */
  withMetadata(metadata: string, perFrame: boolean): Promise<Uint8Array>;
  /** The same with another head, of any number of classes; of a network that `createModel` made. */
  withHead(metadata: string, head: LinearHead): Promise<Uint8Array>;
  /** What is being loaded from it goes on. Idempotent; all else then throws ERR_DISPOSED. */
  close(): void;
}

/** A frozen network with its own queue, and an executor for each of its devices. */
export declare class NativeModel {
  /** Runs a random clip before the promise resolves. */
  static load(file: NativeModelFile, options: LoadOptions): Promise<NativeModel>;
  /**
   * Resolved, for example ['cpu'] or ['cuda:0', 'cuda:1'], and 'float32', 'float16', 'bfloat16' or, of a network with
   * layers in int8, 'int8'.
   */
  readonly devices: string[];
  readonly precision: string;
  /** What it can give. */
  readonly outputs: NativeOutput[];
  /** What the network gives for each class: 'logits' or 'probabilities', as it was said or recognised. */
  readonly output: string;
  /** What a person should know of how the network runs. */
  readonly warnings: string[];
  /**
   * Until somebody asks for a map of a layer before the last, for which the network is then loaded from it once more. The
   * caller may close it.
   */
  keepFile(file: NativeModelFile): void;
  /**
   * A result for each clip, in order, with those outputs and its `topK` most probable classes. All clips are queued or
   * none; where one fails the call rejects. `requestId` is the caller's own number, for `cancel`. Throws ERR_QUEUE_FULL,
   * ERR_DISPOSED, ERR_CLIP_*, and ERR_UNSUPPORTED for an output that is not one of `outputs`, or a map that the network cannot give. With a
   * map of a layer, of the outputs logits and probabilities alone.
   */
  run(
    requestId: number,
    input: NativeClip | NativeClipTensor,
    outputs: NativeOutput[],
    topK: number,
    map: NativeMapRequest | null,
  ): Promise<NativeResult[]>;
  /**
   * Drops what still waits of a request: its promise rejects with `code`, of several clips when those that run are done.
   * False where all of it runs or is done.
   */
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

/**
 * Random changes of training clips, each drawn once a clip and the same in all its frames. Pairs are [min, max]; an
 * empty array, or 0, leaves the change out.
 */
export interface AugmentOptions {
  /** Short side in pixels to which a clip is resized, aspect ratio kept, before the crop. */
  shortSide: number[];
  /**
   * Share of the frame's area that a random resized crop takes, and its width over height relative to the input's, drawn
   * on a log scale. [] crops at the input's own size; with it, `shortSide` is not used.
   */
  cropArea: number[];
  cropAspect: number[];
  /** Probability of a horizontal flip, one for each class; a clip of several classes takes the least of theirs. */
  flip: number[];
  /** A factor from [1 - x, 1 + x] each; `hue` shifts by up to x turns of the colour circle, 0…0.5. */
  brightness: number;
  contrast: number;
  saturation: number;
  hue: number;
  /** RandAugment: operations a clip, and their strength from 0 to 30. */
  randAugmentOperations: number;
  randAugmentMagnitude: number;
  autoAugment: 'none' | 'trivialAugmentWide' | 'augMix' | 'imagenet';
  /** Of operations that move pixels. */
  interpolation: 'bilinear' | 'nearest';
  /** Over what operations take the levels in use and their mean. */
  levels: 'clip' | 'frame';
  /** Probability that a rectangle of the clip is overwritten, and the share of the frame's area it takes. */
  erase: number;
  eraseArea: number[];
  eraseWith: 'noise' | 'mean';
  /** Alphas of the Beta distributions; where both are above 0, each batch takes one of the two at random. */
  mixup: number;
  cutmix: number;
}

/** What is hidden of clips, and what of it is predicted. */
export interface MaskOptions {
  /** Of the cells of each clip, 0…1. */
  ratio: number;
  /** Pixels of a cell's side. */
  cell: number;
  target: 'pixels' | 'difference' | 'both';
}

export interface TrainerOptions {
  device: string;
  precision: 'float32' | 'bfloat16' | 'float16';
  input: InputSpec;
  augment: AugmentOptions;
  /** What is learned. The losses and `numClasses` are of 'classification', `mask` of 'maskedReconstruction'. */
  objective: 'classification' | 'reconstruction' | 'maskedReconstruction';
  mask: MaskOptions;
  numClasses: number;
  /** 'binaryCrossEntropy' is for clips of several classes at once. */
  loss: 'crossEntropy' | 'binaryCrossEntropy';
  labelSmoothing: number;
  /** A factor on the loss of each class; [] for none. */
  classWeights: number[];
  optimizer: 'sgd' | 'adamw';
  momentum: number;
  nesterov: boolean;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Global norm above which gradients are scaled down; 0 is off. */
  clipGradNorm: number;
  /** Factor on the learning rate of everything below the classification head. */
  bodyRate: number;
  /** Path of the module that is the classification head; '' where none is known. */
  head: string;
  /** Module paths, for example 'stem' or 'layer1', whose parameters and batch norm statistics stay as they are. */
  frozen: string[];
  /** Batch norm in evaluation mode, its scales and shifts not trained. */
  freezeBatchNorm: boolean;
  /** Of the running average of weights that `evaluate` and `saveModel` then use; 0 is off. */
  emaDecay: number;
  seed: number;
  threads: number;
}

/** uint8 N×T×H×W×3 clips, all of one size, and what each shows. */
export interface NativeBatch {
  data: Uint8Array;
  /** N. */
  batch: number;
  frames: number;
  height: number;
  width: number;
  /** A class for each clip; empty where clips may have several. */
  labels: Int32Array;
  /** N×classes of 0 and 1, row-major, where clips may have several classes; else empty. */
  targets: Float32Array;
}

/** Sums over the clips, by what is learned. */
export interface Metrics {
  /** Clips whose highest logit is that of their (heaviest) class; with several classes, those right in every class. */
  correct?: number;
  /** Errors of masked reconstruction, of what is predicted: the loss is the mean of the two. */
  pixels?: number;
  difference?: number;
}

export interface StepResult extends Metrics {
  /** Mean over the clips of all batches. */
  loss: number;
  /** Before clipping; 0 where not stepped. */
  gradNorm: number;
  /** False where gradients overflowed in float16: the weights are as they were, and the next loss is scaled up less. */
  stepped: boolean;
  runMs: number;
}

export interface EvalResult extends Metrics {
  /** Sum over the batch of the loss without label smoothing and class weights. */
  lossSum: number;
  /** N×classes, row-major: softmax, or sigmoids with the loss 'binaryCrossEntropy'; empty where nothing is classified. */
  probabilities: Float32Array;
}

/** What `augmentClips` gives: the batch as the network sees it, before normalisation. */
export interface AugmentedClips {
  /** uint8 N×T×H×W×3 of the input's height and width. */
  data: Uint8Array;
  /** N×classes after mixing. */
  targets: Float32Array;
}

/** What `reconstructClips` gives: uint8 N×T×H×W×3 each, of the input's height and width. */
export interface ReconstructedClips {
  /** The centre crops. */
  original: Uint8Array;
  /** What the network sees of them: the input's mean colour where they are hidden. */
  seen: Uint8Array;
  /** What the network gives; after masked reconstruction where they are hidden, else everywhere. */
  reconstructed: Uint8Array;
}

/** uint8 T×H×W×3 frames, RGB. */
export interface RgbClip {
  data: Uint8Array;
  frames: number;
  height: number;
  width: number;
}

/** A network in training with its optimiser and its own thread. Calls run in the order they were made. */
export declare class NativeTrainer {
  static create(file: NativeModelFile, options: TrainerOptions): Promise<NativeTrainer>;
  readonly device: string;
  /**
   * Copies the batches of the next step, which that call then names by the same array, and on a GPU brings them to the
   * device and augments them there while the present step runs. Takes the place of what was staged before.
   */
  stage(batches: NativeBatch[]): void;
  /**
   * Augments, runs forward and backward over each batch in turn, and takes one optimiser step along the mean gradient of
   * all their clips. Rejects, without having stepped, with ERR_TRAINING where loss or gradients are not finite, and with
   * ERR_OUT_OF_MEMORY.
   */
  step(batches: NativeBatch[], learningRate: number): Promise<StepResult>;
  /** Centre crop, no gradient, batch-norm in evaluation mode. */
  evaluate(batch: NativeBatch): Promise<EvalResult>;
  /** Writes a TorchScript archive with `metadata` as its kinetorch.json; atomic: temporary file, fsync, rename. */
  saveModel(path: string, metadata: string): Promise<void>;
  /** Weights, their average, optimiser, random state, and `state`, the caller's own text; with a SHA-256. Atomic. */
  saveCheckpoint(path: string, state: string): Promise<void>;
  /** Restores what saveCheckpoint wrote and returns its `state`. */
  loadCheckpoint(path: string): Promise<string>;
  dispose(): Promise<void>;
}

/** Which ranges activations are quantised over: all that was seen, without the outermost, or those of least error. */
export type NativeRangeMethod = 'min-max' | 'percentile' | 'mse';

export interface QuantizerOptions {
  input: InputSpec;
  numClasses: number;
  /** Intra-op threads; 0 means all cores. */
  threads: number;
}

/** A convolution that can be int8; its place in the list is its identity. */
export interface QuantizerLayer {
  /** For people; equal layers have equal names. */
  name: string;
  /** For one clip. */
  multiplications: number;
}

/** Of a `QuantizerLayer`: [min, max] of what it reads, min ≤ 0 ≤ max. */
export interface QuantizerRange {
  input: number[];
  /** Null where it adds none. */
  residual: number[] | null;
}

/**
 * A float32 network on the CPU that is being made int8, on a thread of its own. Calls run in the order they were made.
 * Where they take `int8`, that is a byte for each of `layers`: 0 leaves it in float32.
 */
export declare class NativeQuantizer {
  /** Runs a random clip. Rejects with ERR_UNSUPPORTED where the network has no convolution that can be int8. */
  static create(file: NativeModelFile, options: QuantizerOptions): Promise<NativeQuantizer>;
  readonly layers: QuantizerLayer[];
  /** Adds what these clips, preprocessed as `NativeModel.run` does it, show of the numbers that each layer reads. */
  observe(clips: NativeClip[]): Promise<void>;
  /**
   * Takes the ranges of all layers from what was observed so far, ERR_INVALID_ARGUMENT where that is nothing. Corrected
   * biases are as they were again.
   */
  setMethod(method: NativeRangeMethod): Promise<void>;
  /** N×classes, row-major, as the network gives them with these layers simulated in int8. */
  logits(clips: NativeClip[], int8: Uint8Array): Promise<Float32Array>;
  /**
   * Corrects the biases of these layers by the mean error of what they give, over these clips and those of earlier calls
   * since `setMethod`.
   */
  correctBias(clips: NativeClip[], int8: Uint8Array): Promise<void>;
  /** One for each of `layers`. Rejects with ERR_INVALID_ARGUMENT before `setMethod`. */
  ranges(): Promise<QuantizerRange[]>;
  /**
   * Writes a TorchScript archive in which these layers have int8 weights, with `metadata` as its kinetorch.json; atomic.
   * Rejects with ERR_UNSUPPORTED where it does not have the same layers in the same order when it is read again.
   */
  save(path: string, int8: Uint8Array, metadata: string): Promise<void>;
  dispose(): Promise<void>;
}

/** A linear layer. */
export interface LinearHead {
  /** classes×features, row-major. */
  weight: Float32Array;
  bias: Float32Array;
}

/** Vectors with what they show. */
export interface LabelledVectors {
  /** N×features, row-major. */
  features: Float32Array;
  /** N×classes of 0 and 1, row-major. */
  targets: Float32Array;
  /** N. */
  count: number;
  /** Each class has a sigmoid of its own. */
  multiLabel: boolean;
}

export interface NativeBinding {
  runtimeInfo(): RuntimeInfo;
  architectures(): ArchitectureInfo[];
  /** A TorchScript archive with the architecture's weights and `kinetorch.json` inside. */
  createModel(options: CreateOptions): Promise<Uint8Array>;
  /**
   * The layer of least mean cross entropy + weightDecay/2 · ‖W‖² over vectors standardised by their own mean and
   * deviation; it takes vectors as they are.
   */
  fitLinear(vectors: LabelledVectors, weightDecay: number): Promise<LinearHead>;
  /** The same of the architecture's stages with a decoder, to reconstruct clips. */
  createReconstruction(options: CreateReconstructionOptions): Promise<Uint8Array>;
  /** Of files as `createModel` takes them. */
  weightNaming(weights: (string | Uint8Array)[]): Promise<NativeWeightNaming>;
  /** uint8 T×H×W×3 frames resized as loadModel's preprocessing does; `resize` is [height, width] or [shortSide]. */
  resizeClip(clip: RgbClip, resize: number[], antialias: boolean): Promise<RgbClip>;
  /** What a training step would make of a batch with this seed. */
  augmentClips(
    batch: NativeBatch,
    options: { augment: AugmentOptions; input: InputSpec; numClasses: number; seed: number },
  ): Promise<AugmentedClips>;
  /** What a network with a decoder makes of clips, for people to look at. */
  reconstructClips(
    file: NativeModelFile,
    batch: NativeBatch,
    options: { input: InputSpec; mask: MaskOptions; seed: number },
  ): Promise<ReconstructedClips>;
  NativeModelFile: typeof NativeModelFile;
  NativeModel: typeof NativeModel;
  NativeTrainer: typeof NativeTrainer;
  NativeQuantizer: typeof NativeQuantizer;
}
