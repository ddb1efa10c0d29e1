import { KinetorchError } from '../base/errors';
import type { CropPosition, RgbClip } from '../clip/types';
import type { ClipOptions } from '../model/classifyOptions';
import type { VideoModel } from '../model/videoModel';

/** How views are run. */
export interface ViewBatchOptions {
  /** Views sent at once. */
  batchSize: number;
  /** Fill the last batch up with copies, for a model that waits until a batch is full. */
  pad: boolean;
  /** What is wanted of a view: a softmax, sigmoids, or the vector before the head. */
  output: 'softmax' | 'sigmoids' | 'embedding';
  signal: AbortSignal;
}

interface View {
  clip: RgbClip;
  crop: CropPosition;
  done: (values: Float32Array) => void;
}

/**
 * Runs views on a model, in batches that are always made up alike: the last digits of a forward pass can depend on how
 * many clips share it.
 */
export class ViewBatches {
  private views: View[] = [];

  constructor(
    private readonly model: VideoModel,
    private readonly options: ViewBatchOptions,
  ) {}

  /** `done` is called with the view's numbers once its batch has run. */
  async add(view: View): Promise<void> {
    this.views.push(view);
    if (this.views.length === this.options.batchSize) await this.flush();
  }

  /** Runs what has been added since the last batch. */
  async flush(): Promise<void> {
    const views = this.views;
    this.views = [];
    const last = views.at(-1);
    if (!last) return;
    const copies = this.options.pad ? this.options.batchSize - views.length : 0;
    const calls = [...views, ...Array.from({ length: copies }, () => last)].map((view) => this.run(view));
    const results = await Promise.all(calls);
    views.forEach(({ done }, index) => {
      done(results[index] as Float32Array);
    });
  }

  private async run({ clip, crop }: View): Promise<Float32Array> {
    const values = await this.read(clip, { crop, signal: this.options.signal });
    if (values.every(Number.isFinite)) return values;
    throw new KinetorchError(
      'ERR_MODEL_FORWARD',
      'expected finite numbers from the model but received NaN or infinity',
    );
  }

  private async read(clip: RgbClip, view: ClipOptions): Promise<Float32Array> {
    const { model } = this;
    const { output } = this.options;
    if (output === 'embedding') return model.embedClip(clip, view);
    // Of a multi-label model these are sigmoids already.
    if (output === 'softmax' || model.metadata.task === 'multilabel') return model.probabilities(clip, view);
    return (await model.logits(clip, view)).map((logit) => 1 / (1 + Math.exp(-logit)));
  }
}
