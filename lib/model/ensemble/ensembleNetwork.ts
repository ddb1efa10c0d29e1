import type {
  NativeClip,
  NativeClipTensor,
  NativeMapRequest,
  NativeModel,
  NativeOutput,
  NativeResult,
  NativeTensor,
} from '../../../binding';
import { type ErrorCode, KinetorchError } from '../../base/errors';
import type { RunResult } from '../outputs';
import { topPredictions } from '../topPredictions';
import type { VideoModel } from '../videoModel';
import { type Combination, combineScores } from './combineScores';
import { sumStats } from './sumStats';

/** A network as the native layer's, made of loaded models. It waits for all of them on each clip. */
export class EnsembleNetwork implements NativeModel {
  readonly devices: string[];
  readonly precision: string;
  readonly outputs: NativeOutput[];
  readonly output = 'probabilities';
  readonly warnings: string[];
  readonly #running = new Map<number, AbortController>();
  /** Calls that its models have not all answered. */
  readonly #accepted = new Set<Promise<unknown>>();

  constructor(
    private readonly models: readonly VideoModel[],
    /** For each model, the index of every label of the ensemble among its own. */
    private readonly orders: readonly (readonly number[])[],
    private readonly combination: Combination,
    /** Those that go with it. */
    private readonly owned: readonly VideoModel[],
  ) {
    this.devices = [...new Set(models.flatMap(({ devices }) => devices))];
    this.precision = [...new Set(models.map(({ precision }) => precision))].join(', ');
    this.warnings = models.flatMap(({ warnings }) => warnings);
    const canEmbed = models.every(({ outputs }) => outputs.includes('embedding'));
    this.outputs = ['logits', 'probabilities', ...(canEmbed ? (['embedding'] as const) : [])];
  }

  async run(
    requestId: number,
    input: NativeClip | NativeClipTensor,
    outputs: NativeOutput[],
    topK: number,
    map: NativeMapRequest | null,
  ): Promise<NativeResult[]> {
    const unknown = map === null ? outputs.find((name) => !this.outputs.includes(name)) : 'a map';
    if (unknown !== undefined) {
      throw new KinetorchError(
        'ERR_UNSUPPORTED',
        `expected outputs that this ensemble has (${this.outputs.join(', ')}) but received ${unknown}`,
      );
    }
    if (!('frames' in input)) {
      throw new KinetorchError(
        'ERR_UNSUPPORTED',
        'expected a clip of frames but received a tensor: each model of an ensemble preprocesses clips for itself',
      );
    }
    const { cropX: x, cropY: y, ...clip } = input;
    const controller = new AbortController();
    this.#running.set(requestId, controller);
    try {
      const wanted = outputs.includes('embedding')
        ? (['probabilities', 'embedding'] as const)
        : (['probabilities'] as const);
      const call = { outputs: wanted, crop: { x, y }, signal: controller.signal };
      const results = await this.together(this.models.map((model) => model.run(clip, call)));
      return [this.#combined(results, outputs, topK)];
    } finally {
      this.#running.delete(requestId);
    }
  }

  /** What each model gives of one clip; {@link dispose} waits for all of them. */
  together<T>(calls: readonly Promise<T>[]): Promise<T[]> {
    const settled = Promise.allSettled(calls);
    this.#accepted.add(settled);
    void settled.then(() => this.#accepted.delete(settled));
    return Promise.all(calls);
  }

  /** Each model keeps its own. */
  keepFile(): void {}

  /** Probabilities of one clip, each model's in its own order of labels, as one vector. */
  combine(vectors: readonly Float32Array[]): Float32Array {
    const ordered = vectors.map((vector, model) => reordered(vector, this.orders[model] ?? []));
    return combineScores(ordered, this.combination);
  }

  cancel(requestId: number, code: string, message: string): boolean {
    this.#running.get(requestId)?.abort(new KinetorchError(code as ErrorCode, message));
    return this.#running.has(requestId);
  }

  stats() {
    return sumStats(this.models.map((model) => model.stats()));
  }

  async dispose(): Promise<void> {
    // Models that stay the caller's do not wait for what was asked of them through this.
    await Promise.all(this.#accepted);
    await Promise.all(this.owned.map((model) => model.dispose()));
  }

  #combined(
    results: readonly RunResult<'probabilities' | 'embedding'>[],
    wanted: readonly NativeOutput[],
    topK: number,
  ): NativeResult {
    const probabilities = this.combine(results.map((result) => result.probabilities));
    const values: Partial<Record<NativeOutput, () => Float32Array>> = {
      probabilities: () => probabilities,
      logits: () => logitsOf(probabilities, this.combination.isMultiLabel),
      embedding: () => joined(results.map(({ embedding }) => embedding)),
    };
    const outputs: { [Name in NativeOutput]?: NativeTensor } = {};
    for (const name of wanted) {
      const data = values[name]?.() as Float32Array;
      outputs[name] = { data, shape: [data.length] };
    }
    const top = topPredictions(probabilities, [], topK);
    const most = (of: 'queueMs' | 'runMs' | 'batchSize') => Math.max(...results.map(({ timing }) => timing[of]));
    return {
      indices: Int32Array.from(top, ({ index }) => index),
      scores: Float32Array.from(top, ({ score }) => score),
      outputs,
      map: null,
      queueMs: most('queueMs'),
      runMs: most('runMs'),
      batchSize: most('batchSize'),
    };
  }
}

export const reordered = (vector: Float32Array, order: readonly number[]): Float32Array =>
  Float32Array.from(order, (place) => vector[place] ?? 0);

const smallest = 2 ** -126;
const closestToOne = 1 - 2 ** -24;

/** Of which those would be the probabilities; finite ones, as the native layer has them. */
function logitsOf(probabilities: Float32Array, isMultiLabel: boolean): Float32Array {
  if (!isMultiLabel) return probabilities.map((p) => Math.log(Math.max(p, smallest)));
  return probabilities.map((p) => {
    const within = Math.min(Math.max(p, 1 - closestToOne), closestToOne);
    return Math.log(within / (1 - within));
  });
}

function joined(vectors: readonly Float32Array[]): Float32Array {
  return Float32Array.from(vectors.flatMap((vector) => [...vector]));
}
