import type { CallOptions } from '../../base/schemas';
import type { Clip, CropPosition } from '../../clip/types';
import type { ClipRunner, Wanted } from '../clipRunner';
import { readOutputs } from '../outputs';
import type { ModelInput, ModelMetadata } from '../types';
import type { VideoCalls } from '../videoCalls';
import type { FittedAlarm } from './fittedAlarm';
import { reconstructedClip } from './reconstructedClip';
import type { ClipReconstructor, ReconstructedClip } from './types';

type ViewOptions = CallOptions & { crop: CropPosition };

const outputs = ['target', 'reconstruction'] as const;
const wanted: Wanted = { outputs, topK: 0 };

/** A loaded model with a decoder, as clips and videos see it. */
export class ModelReconstructor implements ClipReconstructor {
  readonly inputs: readonly [ModelInput];
  readonly alarm?: FittedAlarm;

  constructor(
    private readonly runner: ClipRunner,
    { input, anomaly }: ModelMetadata,
    readonly videos: VideoCalls,
  ) {
    this.inputs = [input];
    this.alarm = anomaly;
  }

  /** See `VideoModel.reconstructClip`. */
  async reconstructNow(clip: Clip, options: ViewOptions): Promise<ReconstructedClip> {
    return reconstructedClip(readOutputs(await this.runner.runClip(clip, wanted, options), outputs), this.inputs[0]);
  }

  async reconstruct(clip: Clip, options: ViewOptions) {
    return readOutputs(await this.runner.runClipInTurn(clip, wanted, options), outputs);
  }
}
