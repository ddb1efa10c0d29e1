import { throwIfAborted } from '../base/abort';
import { invalidArgument } from '../base/errors';
import { parseOptions } from '../base/validation';
import { readCollection } from '../dataset/collections/readCollection';
import { splitCollection } from '../dataset/collections/splitCollection';
import type { SkippedSample } from '../dataset/types';
import { viewedVideos } from '../evaluation/viewedSamples';
import type { ModelSource } from '../model/modelSource';
import { bestDecay, type TriedDecay } from './chooseWeightDecay';
import { type CompareHeadsOptions, compareHeadsOptions } from './compareHeadsOptions';
import { foldsOf, summaryOf } from './crossValidate';
import type { EmbeddedVideo } from './embedVideos';
import { fitOn, type HeadMeasure, measure } from './linearHead';
import { withFrozen } from './withFrozen';

/** What was tried for one fold, and what became of the choice. */
export interface HeadFold {
  fold: number;
  /** Of each candidate its best weight decay, and what a cross-validation within the training videos gave with it. */
  inner: TriedDecay[];
  /** Index of the candidate that lost least there. */
  chosen: number;
  /** Its head, fitted on all training videos, on the videos held out. */
  held: HeadMeasure;
}

export interface HeadComparison {
  /** Indices of the models whose vectors are joined: each alone, and, of several, all of them. */
  candidates: number[][];
  folds: HeadFold[];
  /** Over the folds, of the videos held out; `std` is the sample's (n - 1). */
  summary: Record<'top1' | 'loss', { mean: number; std: number }>;
  skipped: SkippedSample[];
  warnings: readonly string[];
  seconds: number;
}

/**
 * Nested cross-validation of heads on frozen networks: how well would {@link fitHead} do on videos it has not seen, with
 * all that is chosen on the way? For each fold of a manifest every candidate, which is a model alone or all joined, is
 * cross-validated within the other folds' videos, groups kept together, with each weight decay; that of least loss is
 * fitted on all of them, and it alone is shown the fold. Each network sees every video once.
 *
 * @param models at least one: paths, bytes, or what {@link createModel} gave
 *
 * @example
 * const { summary } = await compareHeads(['rgb.pt', 'motion.pt'], { data: 'fights/manifest.csv' });
 * console.log(summary.top1.mean);
 *
 * @throws KinetorchError `ERR_DATASET` for data with fewer than two folds, or training videos of one group, and those of
 * {@link fitHead}
 */
export async function compareHeads(
  models: readonly ModelSource[],
  options: CompareHeadsOptions,
): Promise<HeadComparison> {
  const filled = parseOptions(compareHeadsOptions, options);
  if (!Array.isArray(models) || models.length === 0) throw invalidArgument('models', 'at least one model', models);
  const { data, seed, signal, onProgress } = filled;
  const began = performance.now();
  const collection = await readCollection(data);
  const folds = foldsOf(data, collection).map((fold) => ({ fold, ...splitCollection(collection, { fold }) }));
  const samples = collection.samples.filter(({ split }) => split !== 'test');
  const { labels, multiLabel } = collection;
  const candidates = candidatesOf(models.length);
  return withFrozen(models, filled, async ({ models: frozen, embed }) => {
    const inputs = frozen.map(({ input }) => input);
    let done = 0;
    const onVideo = () => onProgress?.({ done: ++done, total: samples.length });
    const { videos, widths, skipped } = await embed(viewedVideos(labels, samples, inputs, multiLabel), onVideo);
    const tables = candidates.map((networks) => videos.map((video) => seenBy(networks, video, widths)));
    const task = { classes: labels.length, multiLabel };
    const results: HeadFold[] = [];
    for (const { fold, train, validation } of folds) {
      const [fitted, heldOut] = [new Set(train), new Set(validation)];
      const within = (part: Set<unknown>, table: readonly EmbeddedVideo[]) =>
        table.filter(({ index }) => part.has(samples[index]));
      const keyOf = (index: number) => samples[index]?.group ?? `${index}`;
      const inner: TriedDecay[] = [];
      for (const table of tables) {
        throwIfAborted(signal);
        inner.push(await bestDecay(within(fitted, table), keyOf, task, seed));
      }
      const chosen = inner.reduce((best, { loss }, at) => (loss < (inner[best] as TriedDecay).loss ? at : best), 0);
      const table = tables[chosen] as EmbeddedVideo[];
      const head = await fitOn(within(fitted, table), task, (inner[chosen] as TriedDecay).weightDecay);
      results.push({ fold, inner, chosen, held: measure(head, within(heldOut, table), multiLabel) });
    }
    const figures = results.map(({ held: { top1, loss } }) => ({ top1, loss }));
    return {
      candidates,
      folds: results,
      summary: summaryOf(figures) as HeadComparison['summary'],
      skipped,
      warnings: [...new Set(folds.flatMap(({ warnings }) => warnings))],
      seconds: (performance.now() - began) / 1000,
    };
  });
}

function candidatesOf(models: number): number[][] {
  const all = Array.from({ length: models }, (_, model) => model);
  return models === 1 ? [all] : [...all.map((model) => [model]), all];
}

/** A video as these networks alone see it. */
function seenBy(networks: readonly number[], video: EmbeddedVideo, widths: readonly number[]): EmbeddedVideo {
  if (networks.length === widths.length) return video;
  const [network] = networks as [number];
  const begin = widths.slice(0, network).reduce((sum, width) => sum + width, 0);
  const own = (vector: Float32Array) => vector.subarray(begin, begin + (widths[network] as number));
  return { ...video, vectors: video.vectors.map(own) };
}
