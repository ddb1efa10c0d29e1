import { z } from 'zod';
import type { NativeModel, NativeOutput, NativeResult } from '../../binding';
import { type CallOptions, throwIfAborted, withCancellation } from '../base/abort';
import { KinetorchError } from '../base/errors';
import { callOptions, wholeNumber } from '../base/schemas';
import { parse } from '../base/validation';
import { checkClip } from '../clip/checkClip';
import type { Clip, CropPosition } from '../clip/types';
import { callNative } from '../native';
import { classifyStream } from './classifyStream';
import { classifyVideo } from './classifyVideo';
import { cropSchema } from './schemas';
import type {
  Classification,
  ClassifyOptions,
  ClassifyStreamOptions,
  ClassifyVideoOptions,
  ModelInput,
  ModelMetadata,
  ModelStats,
  VideoClassification,
  VideoSegment,
} from './types';

const defaultTopK = 5;
const centre: CropPosition = { x: 0.5, y: 0.5 };

/** Options of a call on one clip that gives a whole vector. */
export interface ClipOptions extends CallOptions {
  /** Default `{ x: 0.5, y: 0.5 }`. */
  crop?: CropPosition;
}

const clipOptionsSchema = z.strictObject({ ...callOptions, crop: cropSchema }, { error: 'an object' });

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
  /** As it was resolved: `float32`, `float16` or `bfloat16`. */
  readonly precision: string;
  readonly metadata: Readonly<ModelMetadata>;
  readonly #native: NativeModel;
  readonly #classifySchema;
  #nextRequest = 0;
  #disposed = false;

  /** @internal */
  constructor(model: NativeModel, metadata: ModelMetadata) {
    this.#native = model;
    this.metadata = metadata;
    this.architecture = metadata.architecture;
    this.labels = metadata.labels;
    this.input = metadata.input;
    this.devices = model.devices;
    this.device = this.devices.join(', ');
    this.precision = model.precision;
    const classes = metadata.labels.length;
    this.#classifySchema = clipOptionsSchema.extend({
      topK: wholeNumber(1, classes).default(Math.min(defaultTopK, classes)),
    });
  }

  /**
   * Classifies one clip: frames of any number and size, as they were decoded.
   *
   * Where the clip has another number of frames than the model's input, frames are picked evenly from the first to the
   * last. Resize, crop, scaling and normalisation happen in the native layer. The clip's bytes are copied before this
   * returns, so the buffer may be used again at once.
   *
   * @example
   * const { predictions } = await model.classifyClip({ data, frames: 16, height: 240, width: 320 }, { topK: 3 });
   * // [{ label: 'archery', index: 5, score: 0.93 }, …]
   *
   * @throws KinetorchError `ERR_CLIP_SHAPE`, `ERR_CLIP_DATA`, `ERR_INVALID_ARGUMENT`, `ERR_QUEUE_FULL`, `ERR_ABORTED`,
   * `ERR_TIMEOUT`, `ERR_DISPOSED`, `ERR_OUT_OF_MEMORY`
   */
  async classifyClip(clip: Clip, options: ClassifyOptions = {}): Promise<Classification> {
    const { topK, crop = centre, ...call } = parse(this.#classifySchema, options, 'options');
    const { indices, scores, queueMs, runMs, batchSize } = await this.#run(clip, 'topK', topK, crop, call);
    const predictions = Array.from(indices, (index, rank) => ({
      label: this.labels[index] ?? `class ${index}`,
      index,
      score: scores[rank] ?? 0,
    }));
    return { predictions, timing: { queueMs, runMs, batchSize } };
  }

  /** The network's output before the softmax, one number a class. Errors as in {@link classifyClip}. */
  async logits(clip: Clip, options: ClipOptions = {}): Promise<Float32Array> {
    return this.#values(clip, 'logits', options);
  }

  /** Softmax over all classes, in the order of `labels`. Errors as in {@link classifyClip}. */
  async probabilities(clip: Clip, options: ClipOptions = {}): Promise<Float32Array> {
    return this.#values(clip, 'probabilities', options);
  }

  /**
   * The vector before the last layer (512 numbers for `r2plus1d_18`), for search and clustering.
   *
   * @throws KinetorchError `ERR_UNSUPPORTED` for a model from elsewhere; the others as in {@link classifyClip}
   */
  async embedClip(clip: Clip, options: ClipOptions = {}): Promise<Float32Array> {
    return this.#values(clip, 'embedding', options);
  }

  /**
   * Classifies a video file from clips spread evenly over it. Any number of calls may be made at once, as of
   * {@link classifyStream}.
   *
   * @example
   * const { predictions, segments } = await model.classifyVideo('match.mp4', { clips: 10, crops: 3 });
   *
   * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_VIDEO_OPEN`, `ERR_VIDEO_NO_STREAM`,
   * `ERR_VIDEO_DECODE`, and those of {@link classifyClip}
   */
  async classifyVideo(path: string, options: ClassifyVideoOptions = {}): Promise<VideoClassification> {
    this.#throwIfDisposed();
    return classifyVideo(this, path, options);
  }

  /**
   * Classifies a video window by window, from its beginning to its end, decoding only as fast as it is consumed. Any
   * number of calls may be made at once: they are decoded a few at a time, in the order of the calls.
   *
   * @example
   * const options = { windowSeconds: 2, strideSeconds: 1, onWarning: console.warn };
   * for await (const segment of model.classifyStream('long.mp4', options)) { … }
   *
   * @throws KinetorchError as {@link classifyVideo}
   */
  async *classifyStream(path: string, options: ClassifyStreamOptions = {}): AsyncGenerator<VideoSegment, void> {
    this.#throwIfDisposed();
    yield* classifyStream(this, path, options);
  }

  /** Counts since the model was loaded; times in milliseconds. */
  stats(): ModelStats {
    const { totalQueueMs, totalRunMs, ...counts } = this.#native.stats();
    const { batches, completed, failed } = counts;
    const started = completed + failed + counts.running;
    return {
      ...counts,
      meanBatchSize: batches === 0 ? 0 : started / batches,
      meanQueueMs: started === 0 ? 0 : totalQueueMs / started,
      meanRunMs: batches === 0 ? 0 : totalRunMs / batches,
    };
  }

  /** Refuses new calls, waits for those accepted, frees the model's memory. May be called again. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await callNative(() => this.#native.dispose());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #throwIfDisposed(): void {
    if (this.#disposed)
      throw new KinetorchError('ERR_DISPOSED', 'expected a model in use but this one was disposed of');
  }

  async #values(clip: Clip, output: NativeOutput, options: ClipOptions): Promise<Float32Array> {
    const { crop = centre, ...call } = parse(clipOptionsSchema, options, 'options');
    const { values } = await this.#run(clip, output, 0, crop, call);
    return values;
  }

  async #run(
    clip: Clip,
    output: NativeOutput,
    topK: number,
    crop: CropPosition,
    call: CallOptions,
  ): Promise<NativeResult> {
    this.#throwIfDisposed();
    throwIfAborted(call.signal);
    const checked = checkClip(clip);
    const id = this.#nextRequest++;
    return withCancellation(
      call,
      () => callNative(() => this.#native.classify(id, { ...checked, cropX: crop.x, cropY: crop.y }, output, topK)),
      ({ code, message }) => this.#native.cancel(id, code, message),
    );
  }
}
