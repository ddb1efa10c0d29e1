import { basename } from 'node:path';
import type { Command } from 'commander';
import { percent } from '../../base/format';
import type { HeadComparison } from '../../training/compareHeads';
import { type CompareHeadsOptions, compareHeadsOptions } from '../../training/compareHeadsOptions';
import { type VectorCacheOptions, vectorCacheOptions } from '../../training/fitHeadOptions';
import { type CacheFlags, cacheFlags, cacheFrom } from '../flags/cacheFlags';
import { precisionFlag, runtimeFlags } from '../flags/modelFlags';
import { schemaFlag } from '../flags/schemaFlag';
import { countedProgress, readingVideos } from '../print/countedProgress';
import { table } from '../print/table';
import { colorsFor, note, print, printJson } from '../print/terminal';

interface Options
  extends Omit<CompareHeadsOptions, 'data' | 'cache' | 'signal' | 'onProgress'>,
    CacheFlags<VectorCacheOptions['where']> {
  model: string[];
  json?: boolean;
}

const notes = `
Each model is tried alone, and, of several, all of them joined, as fit-head would fit them. For each fold of the manifest's
fold column the choice, and its weight decay, is made by a cross-validation within the other folds' videos, groups kept
together; the fold itself is shown to the chosen head alone. So the figure in the end is one of the whole procedure, choice
and all. Each model sees every video once; with --cache disk fit-head then needs to show it none.

With --json, one document: {"candidates":[[0],[1],[0,1]],"folds":[{"fold":…,"inner":[{"weightDecay":…,"top1":…,"loss":…},…],
"chosen":…,"held":{"samples":…,"top1":…,"loss":…}},…],"summary":{"top1":{"mean":…,"std":…},…},…}.

Example:
  $ kinetorch compare-heads fights/manifest.csv -m motion.pt rgb.pt --cache disk`;

/** `kinetorch compare-heads`. */
export function define(command: Command): void {
  const { clips, seed, batchSize } = compareHeadsOptions;
  command
    .description('Nested cross-validation of new heads on top of frozen models.')
    .argument('<data>', 'CSV manifest with a fold column, or folder with such a manifest.csv')
    .requiredOption('-m, --model <files...>', 'model files')
    .addOption(schemaFlag('--clips <n>', clips))
    .addOption(schemaFlag('--seed <n>', seed))
    .addOption(schemaFlag('-b, --batch-size <n>', batchSize));
  for (const flag of [...cacheFlags(vectorCacheOptions), ...runtimeFlags(), precisionFlag()]) command.addOption(flag);
  command.option('--json', 'one JSON document').addHelpText('after', notes).action(run);
}

async function run(data: string, { model, json, cache, cacheSize, cacheFolder, ...options }: Options): Promise<void> {
  const { compareHeads } = await import('../../training/compareHeads.js');
  const { onProgress, clear } = countedProgress(readingVideos);
  const filled = { ...options, cache: cacheFrom({ cache, cacheSize, cacheFolder }), data, onProgress };
  const comparison = await compareHeads(model, filled).finally(clear);
  if (json) printJson(comparison);
  else show(comparison, model);
}

function show({ candidates, folds, summary, warnings, seconds }: HeadComparison, models: readonly string[]): void {
  const { bold, dim, yellow } = colorsFor(process.stdout);
  for (const warning of warnings) note(`${yellow('warning:')} ${warning}`);
  const nameOf = (networks: readonly number[]) =>
    networks.map((index) => basename(models[index] as string)).join(' + ');
  const figures = ({ top1, loss }: { top1: number; loss: number }) => `${percent(top1)}  ${loss.toFixed(4)}`;
  const tried = candidates.map((networks, candidate) => [
    nameOf(networks),
    ...folds.map(({ inner, chosen }) => {
      const own = inner[candidate] as (typeof inner)[number];
      return `${chosen === candidate ? '* ' : ''}${figures(own)}  ${own.weightDecay}`;
    }),
  ]);
  const columns = folds.map(({ fold }) => ({ title: `without fold ${fold}`, align: 'right' as const }));
  const [heading = '', ...rows] = table([{ title: 'right  loss  weight decay' }, ...columns], tried);
  print(bold(heading));
  for (const row of rows) print(row);
  print('');
  for (const { fold, held } of folds) print(`fold ${fold}  ${figures(held)}  of ${held.samples} videos`);
  const { top1, loss } = summary;
  print(
    bold(`mean    ${percent(top1.mean)} ± ${percent(top1.std)}, loss ${loss.mean.toFixed(4)} ± ${loss.std.toFixed(4)}`),
  );
  print(dim(`${seconds.toFixed(1)} s`));
}
