import type { NativeClip, NativeQuantizer, NativeRangeMethod } from '../../binding';
import type { ClipDataset } from '../../lib/dataset/types';
import type { ModelMetadata } from '../../lib/model/types';
import { smallArchive } from '../support/models';

/** What layers of the stand-in are called. */
export const layerNames = ['first', 'second', 'third', 'fourth'];

/**
 * A quantiser without a network. A clip's label is its first byte, to which the logits of float32 give 10. Each int8 layer
 * adds its `errors` to the logit of class 0; `min-max` doubles them. Keeps what it was asked to do in `calls`.
 */
export class StandInQuantizer implements NativeQuantizer {
  readonly layers = layerNames.map((name, index) => ({ name, multiplications: (index + 1) * 100 }));
  readonly calls: string[] = [];
  readonly observed: number[] = [];
  readonly measured = new Set<number>();
  saved: { path: string; int8: string; metadata: ModelMetadata } | null = null;
  private method: NativeRangeMethod | null = null;

  /** @param onSave writes the file */
  constructor(
    private readonly errors: readonly number[],
    private readonly onSave: (path: string) => void = () => {},
  ) {}

  async observe(clips: NativeClip[]): Promise<void> {
    this.observed.push(...clips.map(({ data }) => data[1] as number));
  }

  async setMethod(method: NativeRangeMethod): Promise<void> {
    this.method = method;
    this.calls.push(method);
  }

  async logits(clips: NativeClip[], int8: Uint8Array): Promise<Float32Array> {
    if (this.method === null) throw new Error('expected setMethod to have been called before');
    const factor = this.method === 'min-max' ? 2 : 1;
    const error = this.errors.reduce((sum, own, layer) => sum + factor * own * (int8[layer] as number), 0);
    for (const { data } of clips) this.measured.add(data[1] as number);
    return Float32Array.from(
      clips.flatMap(({ data }) =>
        [...Array(6).keys()].map((label) => (label === data[0] ? 10 : 0) + (label ? 0 : error)),
      ),
    );
  }

  async correctBias(_: NativeClip[], int8: Uint8Array): Promise<void> {
    this.calls.push(`correct ${int8.join('')}`);
  }

  async ranges() {
    return this.layers.map((_, index) => ({ input: [0, index + 1], residual: index === 1 ? [-1, 2] : null }));
  }

  async save(path: string, int8: Uint8Array, metadata: string): Promise<void> {
    this.saved = { path, int8: int8.join(''), metadata: JSON.parse(metadata) as ModelMetadata };
    this.onSave(path);
  }

  async dispose(): Promise<void> {
    this.calls.push('dispose');
  }
}

/** Clips of the small model's classes in turn; the second byte is the number of the clip. */
export async function standInData(length: number, labels?: readonly string[]): Promise<ClipDataset> {
  const own = labels ?? (await smallArchive()).metadata.labels;
  return {
    labels: own,
    length,
    labelOf: (index) => index % own.length,
    clip: async (index) => {
      const data = new Uint8Array(4 * 32 * 32 * 3);
      data.set([index % own.length, index]);
      return { data, frames: 4, height: 32, width: 32 };
    },
  };
}
