import { KinetorchError } from '../base/errors';
import type { CropPosition, RgbClip } from '../clip/types';
import type { VideoModel } from '../model/videoModel';

/** How views are run. */
export interface ViewBatchOptions {
  /** Views sent at once. */
  batchSize: number;
  /** Fill the last batch up with copies, for a model that waits until a batch is full. */
  pad: boolean;
  /** Sigmoids instead of a softmax. */
  multiLabel: boolean;
  signal: AbortSignal;
}

interface View {
  clip: RgbClip;
  crop: CropPosition;
  done: (probabilities: Float32Array) => void;
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

  /** `done` is called with the view's probabilities once its batch has run. */
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
    const { multiLabel, signal } = this.options;
    // Of a multi-label model these are sigmoids already.
    const values =
      multiLabel && this.model.metadata.task !== 'multilabel'
        ? (await this.model.logits(clip, { crop, signal })).map((logit) => 1 / (1 + Math.exp(-logit)))
        : await this.model.probabilities(clip, { crop, signal });
    if (values.every(Number.isFinite)) return values;
    throw new KinetorchError(
      'ERR_MODEL_FORWARD',
      'expected finite numbers from the model but received NaN or infinity',
    );
  }
}
