import type { NativeClip, NativeClipTensor, NativeMapRequest, NativeModel, NativeResult } from '../../binding';
import { abortError, onAbort, throwIfAborted, withCancellation } from '../base/abort';
import { KinetorchError } from '../base/errors';
import type { CallOptions } from '../base/schemas';
import { checkClip } from '../clip/checkClip';
import { checkFrameRate } from '../clip/checkFrameRate';
import { checkScale } from '../clip/checkScale';
import { checkTensor } from '../clip/checkTensor';
import type { Clip, CropPosition, Tensor } from '../clip/types';
import { callNative } from '../native';
import type { ModelOutput } from './outputs';
import { requireOutputs } from './requireOutputs';
import type { ModelInput } from './types';

/** What is wanted of every clip of a call. */
export interface Wanted {
  outputs: readonly ModelOutput[];
  /** The most probable classes; 0: none. */
  topK: number;
  /** Of where the network looked. Default: none. */
  map?: NativeMapRequest;
}

/** Checks clips and tensors and has the native layer run them, in calls that can be cancelled. */
export class ClipRunner {
  #nextRequest = 0;
  #disposed = false;
  /** Calls that the native layer has not answered. */
  #unanswered = 0;
  /** Who waits for room in the queue. */
  readonly #line: (() => void)[] = [];
  readonly #outputs: readonly ModelOutput[];

  constructor(
    private readonly native: NativeModel,
    private readonly input: Readonly<ModelInput>,
  ) {
    this.#outputs = [...native.outputs];
  }

  async runClip(
    clip: Clip,
    wanted: Wanted,
    { crop, ...call }: CallOptions & { crop: CropPosition },
  ): Promise<NativeResult> {
    const check = () => {
      const checked = checkClip(clip);
      checkScale(checked, this.input);
      checkFrameRate({ frames: checked.frames, frameRate: clip.frameRate }, this.input);
      return { ...checked, cropX: crop.x, cropY: crop.y };
    };
    const [result] = await this.#run(check, wanted, call);
    return result as NativeResult;
  }

  /**
   * The same for one clip of many that belong together, such as a video's: where the queue is full, it waits for its turn
   * rather than to fail. Each call that is answered lets one in.
   */
  async runClipInTurn(
    clip: Clip,
    wanted: Wanted,
    options: CallOptions & { crop: CropPosition },
  ): Promise<NativeResult> {
    let mustWait = this.#line.length > 0;
    for (;;) {
      if (mustWait) await this.#turn(options.signal);
      try {
        return await this.runClip(clip, wanted, options);
      } catch (error) {
        mustWait = error instanceof KinetorchError && error.code === 'ERR_QUEUE_FULL' && this.#unanswered > 0;
        if (mustWait) continue;
        // Its turn was not used.
        this.#line.shift()?.();
        throw error;
      }
    }
  }

  /** A result for each of its clips. */
  runTensor(tensor: Tensor, wanted: Wanted, call: CallOptions): Promise<NativeResult[]> {
    return this.#run(() => checkTensor(tensor, this.input), wanted, call);
  }

  async #run(
    checkInput: () => NativeClip | NativeClipTensor,
    { outputs, topK, map }: Wanted,
    call: CallOptions,
  ): Promise<NativeResult[]> {
    this.throwUnlessReadyFor(topK > 0 ? ['probabilities', ...outputs] : outputs);
    throwIfAborted(call.signal);
    const checked = checkInput();
    const id = this.#nextRequest++;
    return withCancellation(
      call,
      () => this.#answered(callNative(() => this.native.run(id, checked, [...outputs], topK, map ?? null))),
      ({ code, message }) => this.native.cancel(id, code, message),
    );
  }

  async #answered<T>(call: Promise<T>): Promise<T> {
    this.#unanswered++;
    try {
      return await call;
    } finally {
      this.#unanswered--;
      this.#line.shift()?.();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal);
    return new Promise((resolve, reject) => {
      const leave = onAbort(signal, () => {
        this.#line.splice(this.#line.indexOf(enter), 1);
        reject(abortError(signal as AbortSignal));
      });
      const enter = () => {
        leave();
        resolve();
      };
      this.#line.push(enter);
    });
  }

  /** `ERR_DISPOSED`, or `ERR_UNSUPPORTED` where the network is not made for any of these. */
  throwUnlessReadyFor(outputs: readonly ModelOutput[]): void {
    if (this.#disposed) {
      throw new KinetorchError('ERR_DISPOSED', 'expected a model in use but this one was disposed of');
    }
    requireOutputs(this.#outputs, outputs);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await callNative(() => this.native.dispose());
  }
}
