import { basename, dirname, extname, join } from 'node:path';
import type { LinearHead } from '../../binding';
import { invalidArgument } from '../base/errors';
import { parseOptions } from '../base/validation';
import { writeAtomically } from '../base/writeAtomically';
import type { SkippedSample } from '../dataset/types';
import { isManifest, writeManifest } from '../model/ensemble/manifestFile';
import { withModelFile } from '../model/modelFile';
import { type ModelSource, nativeSource } from '../model/modelSource';
import type { ModelMetadata } from '../model/types';
import { callNative } from '../native';
import { chooseWeightDecay } from './chooseWeightDecay';
import { type FitHeadOptions, fitHeadOptions } from './fitHeadOptions';
import { headData } from './headData';
import { fitOn, type HeadMeasure, measure } from './linearHead';
import { withFrozen } from './withFrozen';

/** A head that was fitted. */
export interface HeadFit {
  /** What was written: a model's file, or an ensemble's manifest. */
  path: string;
  labels: readonly string[];
  weightDecay: number;
  /** By video: `top1` from 0 to 1, of several labels a video the share that is right in all, and the mean loss. */
  training: HeadMeasure;
  /** Null where there are no validation clips. */
  validation: HeadMeasure | null;
  skipped: SkippedSample[];
  warnings: readonly string[];
  seconds: number;
}

/**
 * Fits a new head on top of frozen networks: each shows every clip once, and a linear layer is then fitted to their vectors
 * by itself, in seconds and always to the same end. With several networks their vectors are joined; what is written is then
 * an ensemble, whose models share one head between them.
 *
 * @param models one or several: paths, bytes, or what {@link createModel} gave
 *
 * @example
 * const frames = { architecture: 'mobilenet_v2', stream: 'difference', weights: 'mobilenet_v2-b0353104.pth' } as const;
 * const { validation } = await fitHead(await createModel({ ...frames, numClasses: 1000 }), {
 *   data: 'fights/manifest.csv', fold: 0, outFile: 'fights.pt',
 * });
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, `ERR_DATASET`, `ERR_UNSUPPORTED` (a network without vectors, as those from
 * elsewhere are), `ERR_TRAINING` (vectors that are not finite), `ERR_FILE_ACCESS`, `ERR_ABORTED`, and those of {@link loadModel}
 */
export async function fitHead(models: ModelSource | readonly ModelSource[], options: FitHeadOptions): Promise<HeadFit> {
  const filled = parseOptions(fitHeadOptions, options);
  const sources = Array.isArray(models) ? (models as readonly ModelSource[]) : [models as ModelSource];
  if (sources.length === 0) throw invalidArgument('models', 'at least one model', models);
  const { outFile, seed, license, onProgress } = filled;
  if (isManifest(outFile) !== sources.length > 1) {
    const expected =
      sources.length > 1 ? 'a name that ends in .json, for an ensemble,' : 'the name of one model, not .json,';
    throw invalidArgument('options.outFile', expected, outFile);
  }
  const began = performance.now();
  return withFrozen(sources, filled, async ({ models: frozen, embed }) => {
    const data = await headData(filled, frozen);
    const parts = [data.train, ...(data.validation ? [data.validation] : [])];
    const total = parts.reduce((sum, { samples }) => sum + samples.dataset.length, 0);
    let done = 0;
    const onVideo = () => onProgress?.({ done: ++done, total });
    const train = await embed(data.train.samples, onVideo);
    const none = { videos: [], widths: [], skipped: [] };
    const held = data.validation ? await embed(data.validation.samples, onVideo) : none;
    const task = { classes: data.labels.length, multiLabel: data.multiLabel };
    const weightDecay = filled.weightDecay ?? (await chooseWeightDecay(train.videos, data.train.keyOf, task, seed));
    const head = await fitOn(train.videos, task, weightDecay);
    const training = measure(head, train.videos, data.multiLabel);
    const validation = held.videos.length > 0 ? measure(head, held.videos, data.multiLabel) : null;
    const said = {
      task: data.multiLabel ? ('multilabel' as const) : ('multiclass' as const),
      labels: [...data.labels],
      training: { method: 'linear head', weightDecay, clips: filled.clips, seed, ...data.split, validation },
      ...(license === undefined ? {} : { license }),
    };
    await writeModels(outFile, sources, sharesOf(head, train.widths), said);
    return {
      path: outFile,
      labels: data.labels,
      weightDecay,
      training,
      validation,
      skipped: [...train.skipped, ...held.skipped],
      warnings: data.warnings,
      seconds: (performance.now() - began) / 1000,
    };
  });
}

/**
 * The head in parts, one for each network, such that the mean of their logits is what the whole head gives: an ensemble
 * that averages logits is then the network that the head was fitted for.
 */
function sharesOf({ weight, bias }: LinearHead, widths: readonly number[]): LinearHead[] {
  const width = widths.reduce((sum, own) => sum + own, 0);
  let from = 0;
  return widths.map((own) => {
    const begin = from;
    from += own;
    const rows = Array.from(bias, (_, label) => weight.subarray(label * width + begin, label * width + begin + own));
    return {
      weight: Float32Array.from(
        rows.flatMap((row) => [...row]),
        (value) => value * widths.length,
      ),
      bias,
    };
  });
}

/** Writes each model with its part of the head, and, of several, the ensemble that they are. */
async function writeModels(
  outFile: string,
  sources: readonly ModelSource[],
  heads: readonly LinearHead[],
  said: Partial<ModelMetadata>,
): Promise<void> {
  const name = basename(outFile, extname(outFile)).replace(/\.ensemble$/, '');
  const paths =
    sources.length === 1 ? [outFile] : sources.map((_, index) => join(dirname(outFile), `${name}.${index}.pt`));
  for (const [index, source] of sources.entries()) {
    const bytes = await withModelFile(nativeSource(source), ({ native, metadata }) =>
      callNative(() => native.withHead(JSON.stringify({ ...metadata, ...said }), heads[index] as LinearHead)),
    );
    await writeAtomically(paths[index] as string, bytes);
  }
  if (sources.length === 1) return;
  await writeManifest(outFile, { paths, weights: sources.map(() => 1 / sources.length), combine: 'logit' });
}
