import type { NativeModel } from '../../binding';
import { invalidArgument, KinetorchError } from '../base/errors';
import { didYouMean } from '../base/nearest';
import { ownRealm } from '../base/ownRealm';
import { optionsSchema } from '../base/schemas';
import { parse } from '../base/validation';
import { checkClip } from '../clip/checkClip';
import { copyData } from '../clip/copyData';
import type { Clip } from '../clip/types';
import type { ClipRunner } from './clipRunner';
import { type ExplainClipOptions, type Explanation, explainClipOptions } from './explainOptions';
import { withModelFile } from './modelFile';
import type { OpeningOptions } from './options';
import { readOutput } from './outputs';
import type { ModelMetadata } from './types';

/** A model that came as bytes, and how it was opened. */
export interface ModelBytes {
  bytes: Uint8Array;
  opening: OpeningOptions;
}

const schema = optionsSchema(explainClipOptions);
const shownLabels = 12;

/**
 * Says where a model looked.
 *
 * Note [The second copy]
 * The frozen network gives maps of its last layer, as their gradients are the head's weights. Its operators have no
 * backward pass, so layers before the last take a second, unfrozen copy in float32, on the model's first device and on a
 * thread of its own, which is loaded when it is first asked for and freed with the model. Until then the native layer
 * keeps the model's file open: what was checked is what is loaded, also where its path has come to name another since.
 * Of a model that came as bytes it keeps none, as they may be as large as the network: the caller's own array is held
 * and opened again as it was the first time, its checksums with it, so that it must not be written to.
 */
export class ClipExplainer {
  #kept: Promise<void> | null = null;

  /** `bytes` are null of a model whose file the native layer keeps. */
  constructor(
    private readonly native: NativeModel,
    private readonly runner: ClipRunner,
    private readonly metadata: ModelMetadata,
    private bytes: ModelBytes | null,
  ) {}

  /**
   * See `VideoModel.explainClip`.
   *
   * @param run how a full queue is met: by failing, or, for one clip of many, by waiting
   */
  async explain(
    clip: Clip,
    options: ExplainClipOptions,
    run: 'runClip' | 'runClipInTurn' = 'runClip',
  ): Promise<Explanation> {
    const { label, layer, method, ...call } = parse(schema, options, 'options');
    const map = { method, layer: this.moduleOf(layer), label: label === undefined ? -1 : this.indexOf(label) };
    // Its bytes may be written to as soon as this returns for the first time.
    const own = this.bytes !== null && map.layer !== '' ? await this.afterKeeping(clip) : clip;
    const result = await this.runner[run](own, { outputs: ['probabilities'], topK: 0, map }, call);
    if (result.map === null) throw new KinetorchError('ERR_INTERNAL', 'expected a map but the native layer gave none');
    const { values, label: index } = result.map;
    return {
      map: ownRealm(values),
      label: this.metadata.labels[index] ?? `class ${index}`,
      score: readOutput(result, 'probabilities')[index] ?? 0,
    };
  }

  /** Lets go of the model's bytes. */
  close(): void {
    this.bytes = null;
  }

  private indexOf(label: string): number {
    const { labels } = this.metadata;
    const index = labels.indexOf(label);
    if (index >= 0) return index;
    const few = labels.length <= shownLabels ? `: ${labels.map((one) => `'${one}'`).join(', ')},` : '';
    throw invalidArgument(
      'options.label',
      `one of the model's ${labels.length} labels${few}`,
      label,
      didYouMean(label, labels),
    );
  }

  /** As the native layer has it; refuses what is known not to be there. */
  private moduleOf(layer: string): string {
    const { stages } = this.metadata;
    if (layer === 'last') {
      if (this.native.outputs.includes('features')) return '';
      throw new KinetorchError(
        'ERR_UNSUPPORTED',
        `expected a network with \`features\`, the map before a global average pooling, for layer 'last' but this one gives ${this.native.outputs.join(', ')}; name a module that it calls as \`layer\``,
      );
    }
    if (stages.length === 0 || stages.some((stage) => layer === stage || layer.startsWith(`${stage}.`))) return layer;
    const names = ['last', ...stages];
    const expected = names.map((name) => `'${name}'`).join(', ');
    throw invalidArgument('options.layer', `one of ${expected}`, layer, didYouMean(layer, names));
  }

  private async afterKeeping(clip: Clip): Promise<Clip> {
    const checked = checkClip(clip);
    const copy = { ...clip, ...checked, data: copyData(checked.data) };
    const { bytes } = this;
    if (bytes !== null) {
      this.#kept ??= withModelFile(bytes.bytes, (file) => this.native.keepFile(file.native), bytes.opening);
      await this.#kept.catch((error) => {
        this.#kept = null;
        throw error;
      });
      this.bytes = null;
    }
    return copy;
  }
}
