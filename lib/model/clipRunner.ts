import type { NativeClip, NativeClipTensor, NativeModel, NativeResult } from '../../binding';
import { throwIfAborted, withCancellation } from '../base/abort';
import { KinetorchError } from '../base/errors';
import type { CallOptions } from '../base/schemas';
import { checkClip } from '../clip/checkClip';
import { checkFrameRate } from '../clip/checkFrameRate';
import { checkScale } from '../clip/checkScale';
import { checkTensor } from '../clip/checkTensor';
import type { Clip, CropPosition, Tensor } from '../clip/types';
import { callNative } from '../native';
import type { ModelOutput } from './outputs';
import type { ModelInput } from './types';

/** What is wanted of every clip of a call. */
export interface Wanted {
  outputs: readonly ModelOutput[];
  /** The most probable classes; 0: none. */
  topK: number;
}

/** Checks clips and tensors and has the native layer run them, in calls that can be cancelled. */
export class ClipRunner {
  #nextRequest = 0;
  #disposed = false;

  constructor(
    private readonly native: NativeModel,
    private readonly input: Readonly<ModelInput>,
  ) {}

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

  /** A result for each of its clips. */
  runTensor(tensor: Tensor, wanted: Wanted, call: CallOptions): Promise<NativeResult[]> {
    return this.#run(() => checkTensor(tensor, this.input), wanted, call);
  }

  async #run(
    checkInput: () => NativeClip | NativeClipTensor,
    { outputs, topK }: Wanted,
    call: CallOptions,
  ): Promise<NativeResult[]> {
    this.throwIfDisposed();
    throwIfAborted(call.signal);
    const checked = checkInput();
    const id = this.#nextRequest++;
    return withCancellation(
      call,
      () => callNative(() => this.native.run(id, checked, [...outputs], topK)),
      ({ code, message }) => this.native.cancel(id, code, message),
    );
  }

  throwIfDisposed(): void {
    if (this.#disposed)
      throw new KinetorchError('ERR_DISPOSED', 'expected a model in use but this one was disposed of');
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await callNative(() => this.native.dispose());
  }
}
