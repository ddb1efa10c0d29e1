import type { NativeClip, NativeQuantizer, NativeRangeMethod } from '../../binding';
import { throwIfAborted } from '../base/abort';
import { KinetorchError } from '../base/errors';
import { callNative } from '../native';

/** Clips a call: few enough for an abort to be answered soon. */
const batchSize = 8;

type Quantizer = Pick<NativeQuantizer, 'layers' | 'observe' | 'setMethod' | 'logits' | 'correctBias'>;

/** Hears how many clips each batch had that is done. */
type OnBatch = (clips: number) => void;

/** A network whose layers are simulated in int8, shown many clips. */
export class Simulation {
  /** What holds of the quantiser: its ranges, and for which layers its biases are corrected. */
  private prepared = '';

  constructor(
    private readonly quantizer: Quantizer,
    private readonly signal: AbortSignal,
  ) {}

  /** A byte for each layer. */
  flags(value: 0 | 1): Uint8Array {
    return new Uint8Array(this.quantizer.layers.length).fill(value);
  }

  async observe(clips: readonly NativeClip[]): Promise<void> {
    await this.inBatches(clips, (batch) => this.quantizer.observe(batch));
  }

  /** Takes ranges by this method; biases are as they were. */
  async setMethod(method: NativeRangeMethod): Promise<void> {
    this.prepared = '';
    await callNative(() => this.quantizer.setMethod(method));
  }

  /** The same, with the biases of these layers corrected over these clips. */
  async prepare(
    method: NativeRangeMethod,
    int8: Uint8Array,
    clips: readonly NativeClip[],
    onBatch: OnBatch = () => {},
  ): Promise<void> {
    const wanted = `${method} ${int8}`;
    if (this.prepared === wanted) return;
    await this.setMethod(method);
    await this.inBatches(clips, async (batch) => {
      await this.quantizer.correctBias(batch, int8);
      onBatch(batch.length);
    });
    this.prepared = wanted;
  }

  /** A row for each clip. */
  async logits(clips: readonly NativeClip[], int8: Uint8Array, onBatch: OnBatch = () => {}): Promise<Float32Array[]> {
    const rows: Float32Array[] = [];
    await this.inBatches(clips, async (batch) => {
      const values = await this.quantizer.logits(batch, int8);
      if (!values.every(Number.isFinite)) throw notFinite();
      const classes = values.length / batch.length;
      for (const index of batch.keys()) rows.push(values.slice(index * classes, (index + 1) * classes));
      onBatch(batch.length);
    });
    return rows;
  }

  private async inBatches(clips: readonly NativeClip[], work: (batch: NativeClip[]) => Promise<void>): Promise<void> {
    for (let from = 0; from < clips.length; from += batchSize) {
      throwIfAborted(this.signal);
      await callNative(() => work(clips.slice(from, from + batchSize)));
    }
  }
}

function notFinite(): KinetorchError {
  return new KinetorchError('ERR_MODEL_FORWARD', 'expected finite numbers from the model but received NaN or infinity');
}
