import type { NativeModel, NativeResult } from '../../binding';
import { type FilePath, filePath } from '../base/filePath';
import { type CallOptions, callOptions, optionsSchema } from '../base/schemas';
import { parse } from '../base/validation';
import { isTensor } from '../clip/checkTensor';
import type { Clip, Tensor } from '../clip/types';
import { releaseStream } from '../video/releaseStream';
import type { TimedPicture } from '../video/types';
import type { VideoSource } from '../video/videoSource';
import { ModelReconstructor } from './anomaly/modelReconstructor';
import type { AnomalyScoreOptions } from './anomaly/options';
import { requirePixels } from './anomaly/requirePixels';
import { scoreVideo } from './anomaly/scoreVideo';
import type { AnomalyTimeline, ReconstructedClip } from './anomaly/types';
import { classifyFrames } from './classifyFrames';
import {
  type ClassifyFramesOptions,
  type ClassifyOptions,
  type ClassifyStreamOptions,
  type ClassifyTensorOptions,
  type ClassifyVideoOptions,
  type ClipOptions,
  classifyOptions,
  classifyTensorOptions,
  clipOptions,
} from './classifyOptions';
import { classifyStream } from './classifyStream';
import { classifyVideo } from './classifyVideo';
import type { ClipClassifier } from './clipClassifier';
import { ClipExplainer, type ModelBytes } from './clipExplainer';
import { ClipRunner } from './clipRunner';
import type { ExplainClipOptions, ExplainVideoOptions, Explanation } from './explainOptions';
import { explainVideo, type VideoExplanation } from './explainVideo';
import { modelStats } from './modelStats';
import {
  type ModelOutput,
  outputsSchema,
  type RunOptions,
  type RunResult,
  readOutput,
  readOutputs,
  timingOf,
} from './outputs';
import type { Classification, ModelInput, ModelMetadata, ModelStats, VideoClassification, VideoSegment } from './types';
import { VideoCalls } from './videoCalls';

// A tensor is cropped already.
const tensorSchema = optionsSchema(callOptions);
const clipSchema = optionsSchema(clipOptions);
const runTensorSchema = tensorSchema.extend({ outputs: outputsSchema });
const runClipSchema = clipSchema.extend({ outputs: outputsSchema });

/** Where a model is from, and how it is shown videos. */
export interface ModelPlace {
  path: string | null;
  /** Those that it was loaded from; null where the native layer keeps its file. */
  bytes: ModelBytes | null;
  maxVideos: number;
  /** Where that is not by its own input alone. */
  views?: Pick<ClipClassifier, 'inputs' | 'probabilities'>;
}

/**
 * A loaded network. Made by {@link loadModel}. Calls may be made at any time and in any number: they queue in the
 * native layer, and those that wait together run as one batch.
 */
export class VideoModel implements AsyncDisposable {
  /** Name in the architecture table, or `custom`. */
  readonly architecture: string;
  readonly labels: readonly string[];
  readonly input: Readonly<ModelInput>;
  /** As they were resolved, for example `['cpu']` or, of `cuda:*`, `['cuda:0', 'cuda:1']`: one copy of the network each. */
  readonly devices: readonly string[];
  /** {@link devices} as one text, for example `cpu` or `cuda:0, cuda:1`. */
  readonly device: string;
  /** As it was resolved: `float32`, `float16`, `bfloat16` or `int8`. */
  readonly precision: string;
  /**
   * What it can give of a clip: `logits` and `probabilities`, with `embedding` and `features` where its network has them;
   * or, where its task is `reconstruct`, `reconstruction` and `target`.
   */
  readonly outputs: readonly ModelOutput[];
  readonly metadata: Readonly<ModelMetadata>;
  /** What a person should know of how it runs: for example that it takes one clip at a time. Loading emits each, too. */
  readonly warnings: readonly string[];
  /** The file that it was loaded from; null where it was bytes. */
  readonly path: string | null;
  /** @internal This model, as videos see it. */
  readonly classifier: ClipClassifier;
  readonly #native: NativeModel;
  readonly #runner: ClipRunner;
  readonly #explainer: ClipExplainer;
  readonly #videos: VideoCalls;
  readonly #reconstructor: ModelReconstructor;
  readonly #classifyClipSchema;
  readonly #classifyTensorSchema;

  /** @internal */
  constructor(model: NativeModel, metadata: ModelMetadata, { path, bytes, maxVideos, views }: ModelPlace) {
    this.#native = model;
    this.metadata = model.output === 'probabilities' ? { ...metadata, output: model.output } : metadata;
    this.warnings = model.warnings;
    this.architecture = metadata.architecture;
    this.labels = metadata.labels;
    this.input = metadata.input;
    // Copies, as arrays of this realm (see `ownRealm`).
    this.devices = [...model.devices];
    this.device = this.devices.join(', ');
    this.precision = model.precision;
    this.outputs = [...model.outputs];
    this.#runner = new ClipRunner(model, metadata.input);
    this.#explainer = new ClipExplainer(model, this.#runner, metadata, bytes);
    this.#videos = new VideoCalls(maxVideos);
    this.path = path;
    const own: Pick<ClipClassifier, 'inputs' | 'probabilities'> = {
      inputs: [this.input],
      probabilities: async (clip, { crop, signal }) => {
        const wanted = { outputs: ['probabilities'], topK: 0 } as const;
        return readOutput(await this.#runner.runClipInTurn(clip, wanted, { crop, signal }), 'probabilities');
      },
    };
    this.classifier = { ...(views ?? own), labels: this.labels, videos: this.#videos };
    this.#reconstructor = new ModelReconstructor(this.#runner, metadata, this.#videos);
    this.#classifyClipSchema = optionsSchema(classifyOptions(metadata.labels.length));
    this.#classifyTensorSchema = optionsSchema(classifyTensorOptions(metadata.labels.length));
  }

  /**
   * Classifies one clip: frames of any number and size, as they were decoded.
   *
   * A clip should last as long as those that the model was trained on, `input.frames / input.frameRate` seconds: where it
   * has another number of frames, they are picked evenly from the first to the last. Resize, crop, scaling and normalisation happen in the native layer. The clip's bytes are copied before this
   * returns, so the buffer may be used again at once.
   *
   * @example
   * // Bytes, or floats from 0 to 1. Where `frameRate` is given, a clip that is too fast or too slow is refused.
   * const clip = { data, frames: 32, height: 240, width: 320, frameRate: 30 };
   * const { predictions } = await model.classifyClip(clip, { topK: 3 });
   * // [{ label: 'archery', index: 5, score: 0.93 }, …]
   *
   * @throws KinetorchError `ERR_CLIP_SHAPE`, `ERR_CLIP_DATA`, `ERR_INVALID_ARGUMENT`, `ERR_QUEUE_FULL`, `ERR_ABORTED`,
   * `ERR_TIMEOUT`, `ERR_DISPOSED`, `ERR_OUT_OF_MEMORY`
   */
  async classifyClip(clip: Clip, options: ClassifyOptions = {}): Promise<Classification> {
    const { topK, ...call } = parse(this.#classifyClipSchema, options, 'options');
    return this.#classification(await this.#runner.runClip(clip, { outputs: [], topK }, call));
  }

  /**
   * Classifies clips that were preprocessed elsewhere: normalised, and of the size of {@link input}. Nothing is resized
   * or cropped.
   *
   * `tensor.shape` is 3×T×H×W, one clip; N×3×T×H×W, N clips; or T×H×W, one clip whose three channels are the same. The
   * values are copied before this returns. N clips queue together, or not at all where the queue has no room for them,
   * and may be more than fit into one batch; where one of them fails, the call rejects.
   *
   * @returns A classification for each clip, in order; of one clip an array of one.
   *
   * @example
   * const [{ predictions }] = await model.classifyTensor({ data, shape: [3, 16, 112, 112] }, { topK: 3 });
   *
   * @throws KinetorchError `ERR_CLIP_SHAPE`, `ERR_CLIP_DATA` and the others of {@link classifyClip}
   */
  async classifyTensor(tensor: Tensor, options: ClassifyTensorOptions = {}): Promise<Classification[]> {
    const { topK, ...call } = parse(this.#classifyTensorSchema, options, 'options');
    const results = await this.#runner.runTensor(tensor, { outputs: [], topK }, call);
    return results.map((result) => this.#classification(result));
  }

  /**
   * The network's output before the softmax, one number a class; of a tensor (see {@link classifyTensor}) an array with
   * those of each of its clips. Errors as in {@link classifyClip}.
   */
  logits(clip: Clip, options?: ClipOptions): Promise<Float32Array>;
  logits(tensor: Tensor, options?: CallOptions): Promise<Float32Array[]>;
  async logits(input: Clip | Tensor, options: ClipOptions = {}): Promise<Float32Array | Float32Array[]> {
    return this.#one(input, 'logits', options);
  }

  /**
   * Softmax over all classes, in the order of `labels`, or a sigmoid for each where the model's task is `multilabel`;
   * otherwise as {@link logits}.
   */
  probabilities(clip: Clip, options?: ClipOptions): Promise<Float32Array>;
  probabilities(tensor: Tensor, options?: CallOptions): Promise<Float32Array[]>;
  async probabilities(input: Clip | Tensor, options: ClipOptions = {}): Promise<Float32Array | Float32Array[]> {
    return this.#one(input, 'probabilities', options);
  }

  /**
   * The vector before the last layer (512 numbers for `r2plus1d_18`), for search and clustering; otherwise as
   * {@link logits}.
   *
   * @throws KinetorchError `ERR_UNSUPPORTED` for a model from elsewhere; the others as in {@link classifyClip}
   */
  embedClip(clip: Clip, options?: ClipOptions): Promise<Float32Array>;
  embedClip(tensor: Tensor, options?: CallOptions): Promise<Float32Array[]>;
  async embedClip(input: Clip | Tensor, options: ClipOptions = {}): Promise<Float32Array | Float32Array[]> {
    return this.#one(input, 'embedding', options);
  }

  /**
   * Any of the model's {@link outputs} from one pass of the network; of a tensor (see {@link classifyTensor}) an array
   * with those of each of its clips. Calls that want different outputs share batches.
   *
   * @example
   * const { logits, features } = await model.run(clip, { outputs: ['logits', 'features'] });
   * features.shape; // [512, 2, 7, 7]
   *
   * @throws KinetorchError `ERR_UNSUPPORTED` for an output that is not one of {@link outputs}; the others as in
   * {@link classifyClip}
   */
  run<Name extends ModelOutput>(clip: Clip, options: RunOptions<Name> & ClipOptions): Promise<RunResult<Name>>;
  run<Name extends ModelOutput>(tensor: Tensor, options: RunOptions<Name>): Promise<RunResult<Name>[]>;
  async run<Name extends ModelOutput>(
    input: Clip | Tensor,
    options: RunOptions<Name> & ClipOptions,
  ): Promise<RunResult<Name> | RunResult<Name>[]> {
    if (isTensor(input)) {
      const { outputs, ...call } = parse(runTensorSchema, options, 'options');
      const results = await this.#runner.runTensor(input, { outputs, topK: 0 }, call);
      return results.map((result) => readOutputs(result, outputs as Name[]));
    }
    const { outputs, ...call } = parse(runClipSchema, options, 'options');
    return readOutputs(await this.#runner.runClip(input, { outputs, topK: 0 }, call), outputs as Name[]);
  }

  /**
   * Classifies a video from clips spread evenly over it: the path of its file, its bytes, a stream of them, or an open
   * file ({@link VideoSource}). Up to `maxVideos` calls may be made at once, as of {@link classifyStream}.
   *
   * @example
   * const { predictions, segments } = await model.classifyVideo('match.mp4', { clips: 10, crops: 3 });
   * await model.classifyVideo(request.body, { timeoutMs: 30_000 }); // a Readable, or a Buffer
   *
   * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_VIDEO_OPEN`, `ERR_VIDEO_NO_STREAM`,
   * `ERR_VIDEO_DECODE`, `ERR_VIDEO_DECODER`, `ERR_UNSUPPORTED`, `ERR_QUEUE_FULL` (more than `maxVideos`), and those of {@link classifyClip}
   */
  async classifyVideo(source: VideoSource, options: ClassifyVideoOptions = {}): Promise<VideoClassification> {
    try {
      this.#runner.throwUnlessReadyFor(['probabilities']);
      return await classifyVideo(this.classifier, source, options);
    } catch (error) {
      releaseStream(source);
      throw error;
    }
  }

  /**
   * Classifies a video window by window, from its beginning to its end, decoding only as fast as it is consumed. Up to
   * `maxVideos` calls may be made at once: they are decoded a few at a time, in the order of the calls.
   *
   * @example
   * const options = { windowSeconds: 2, strideSeconds: 1, onWarning: console.warn };
   * for await (const segment of model.classifyStream('long.mp4', options)) { … }
   *
   * @throws KinetorchError as {@link classifyVideo}
   */
  async *classifyStream(source: VideoSource, options: ClassifyStreamOptions = {}): AsyncGenerator<VideoSegment, void> {
    try {
      this.#runner.throwUnlessReadyFor(['probabilities']);
      yield* classifyStream(this.classifier, source, options);
    } catch (error) {
      releaseStream(source);
      throw error;
    }
  }

  /**
   * Classifies frames as they come (from a camera, a canvas, WebCodecs, a decoder of one's own) window by window, sampled
   * by the rules of {@link classifyStream}: each frame is on screen until the next. A window's result comes as soon as the
   * frame after its end has come and the network has run. Times are by the clock of the frames.
   *
   * The next frame is asked for when there is room for it; frames that come faster than the model runs are for `frames` to
   * drop or to keep. Each is copied before the next is asked for. In memory are those of the windows that overlap and of
   * up to four windows that run.
   *
   * @example
   * async function* camera() {
   *   for await (const { rgba, time } of device) yield { data: rgba, width: 640, height: 480, timeSeconds: time };
   * }
   * for await (const { startSeconds, predictions } of model.classifyFrames(camera(), { strideSeconds: 1 })) { … }
   *
   * @throws KinetorchError `ERR_CLIP_SHAPE` (a size that changes), `ERR_CLIP_DATA` (no bytes, or `frames` threw),
   * `ERR_INVALID_ARGUMENT` (a time before that of the frame before), and those of {@link classifyClip}
   */
  async *classifyFrames(
    frames: AsyncIterable<TimedPicture> | Iterable<TimedPicture>,
    options: ClassifyFramesOptions = {},
  ): AsyncGenerator<VideoSegment, void> {
    this.#runner.throwUnlessReadyFor(['probabilities']);
    yield* classifyFrames(this.classifier, frames, options);
  }

  /**
   * A clip as the network's decoder gives it back: what it takes for usual comes back well, what it has never seen does not.
   * Needs a model whose task is `reconstruct`.
   *
   * @example
   * const { clip, psnr, errors } = await model.reconstructClip({ data, frames: 16, height: 240, width: 320 });
   * psnr[0]; // 31.2, in dB
   *
   * @throws KinetorchError `ERR_UNSUPPORTED` for a model that classifies, or that `pretrain` made with another objective
   * than `plain`; the others as in {@link classifyClip}
   */
  async reconstructClip(clip: Clip, options: ClipOptions = {}): Promise<ReconstructedClip> {
    this.#runner.throwUnlessReadyFor(['reconstruction']);
    requirePixels(this);
    return this.#reconstructor.reconstructNow(clip, parse(clipSchema, options, 'options'));
  }

  /**
   * How strange each frame of a video is: how badly the network, which has learned to give back what is usual, gives that
   * frame back (Hasan et al. 2016). Windows of the model's `frames` slide over the video, which is decoded only as fast as
   * they run; one number a frame is kept. Needs a model whose task is `reconstruct`: see
   * [docs/anomaly.md](../../docs/anomaly.md).
   *
   * @example
   * const { scores, frameRate, segments } = await model.anomalyScore('camera.mp4', { score: 'topCells' });
   * // segments above the threshold that `fitAnomalyThreshold` has put into the file:
   * // [{ startSeconds: 61.2, endSeconds: 63.8, peakScore: 0.021, peakSeconds: 62.4 }]
   *
   * @throws KinetorchError `ERR_UNSUPPORTED` for a model that classifies, or that `pretrain` made with another objective
   * than `plain`; the others as in {@link classifyVideo}
   */
  async anomalyScore(source: VideoSource, options: AnomalyScoreOptions = {}): Promise<AnomalyTimeline> {
    try {
      this.#runner.throwUnlessReadyFor(['reconstruction']);
      requirePixels(this);
      return await scoreVideo(this.#reconstructor, source, options);
    } catch (error) {
      releaseStream(source);
      throw error;
    }
  }

  /**
   * Where the network looked in a clip: how much each place of each frame speaks for a label. With the default layer it
   * costs what {@link classifyClip} costs, shares batches with it, and is exact (CAM, Zhou et al. 2016, which Grad-CAM is
   * for a network that ends in a mean and a linear layer). Layers before the last are finer: they take a second copy of
   * the network in float32, loaded at the first such call and kept until {@link dispose}, and a backward pass; such clips
   * run one by one. [docs/explain.md](../../docs/explain.md) says which to take, and what a map does not tell.
   *
   * A model that was loaded from bytes holds that array until then: it must not be written to.
   *
   * @example
   * const { map, label, score } = await model.explainClip(clip, { label: 'fight', layer: 'layer2' });
   * const { frames, height, width } = model.input; // map[(t * height + y) * width + x] is from 0 to 1
   *
   * @throws KinetorchError `ERR_UNSUPPORTED` where the network has no `features` for layer `last`, or makes its logits of
   * them otherwise than by a mean and a linear layer (method `eigencam` needs none); `ERR_INVALID_ARGUMENT` for a label or
   * layer that it lacks; those of {@link classifyClip}, and, where the second copy is loaded, of `loadModel`
   */
  async explainClip(clip: Clip, options: ExplainClipOptions = {}): Promise<Explanation> {
    return this.#explainer.explain(clip, options);
  }

  /**
   * Explains a video window by window and writes it with the maps laid over its frames: an `.mp4` of all that the network
   * saw, or, as `.svg` or `.png`, a sheet of the moments with the highest scores. Each window's colours go from what
   * matters least in it to what matters most. The file is there whole or not at all.
   *
   * @example
   * await model.explainVideo('match.mp4', 'heat.mp4', { layer: 'layer3' });
   * const { segments } = await model.explainVideo('match.mp4', 'heat.svg', { label: 'fight', moments: 4 });
   *
   * @throws KinetorchError `ERR_INVALID_ARGUMENT` for a file of another kind, `ERR_FILE_ACCESS` where it cannot be
   * written; those of {@link explainClip} and {@link classifyVideo}
   */
  async explainVideo(source: VideoSource, out: FilePath, options: ExplainVideoOptions = {}): Promise<VideoExplanation> {
    try {
      this.#runner.throwUnlessReadyFor(['probabilities']);
      const model = {
        input: this.input,
        inputs: [this.input],
        videos: this.#videos,
        explain: (clip: Clip, wanted: ExplainClipOptions) => this.#explainer.explain(clip, wanted, 'runClipInTurn'),
      };
      return await explainVideo(model, source, filePath(out, 'out', 'the path of a file to write'), options);
    } catch (error) {
      releaseStream(source);
      throw error;
    }
  }

  /** Counts since the model was loaded; times in milliseconds. */
  stats(): ModelStats {
    return modelStats(this.#native.stats(), this.#videos.counts);
  }

  /** Refuses new calls, waits for those accepted, frees the model's memory. May be called again. */
  async dispose(): Promise<void> {
    this.#explainer.close();
    await this.#runner.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #classification(result: NativeResult): Classification {
    const predictions = Array.from(result.indices, (index, rank) => ({
      label: this.labels[index] ?? `class ${index}`,
      index,
      score: result.scores[rank] ?? 0,
    }));
    return { predictions, timing: timingOf(result) };
  }

  async #one(
    input: Clip | Tensor,
    output: 'logits' | 'probabilities' | 'embedding',
    options: ClipOptions,
  ): Promise<Float32Array | Float32Array[]> {
    const wanted = { outputs: [output], topK: 0 };
    if (isTensor(input)) {
      const results = await this.#runner.runTensor(input, wanted, parse(tensorSchema, options, 'options'));
      return results.map((result) => readOutput(result, output));
    }
    return readOutput(await this.#runner.runClip(input, wanted, parse(clipSchema, options, 'options')), output);
  }
}
