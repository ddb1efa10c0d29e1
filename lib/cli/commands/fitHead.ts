import type { Command } from 'commander';
import { percent } from '../../base/format';
import {
  type FitHeadOptions,
  fitHeadOptions,
  type VectorCacheOptions,
  vectorCacheOptions,
} from '../../training/fitHeadOptions';
import { type CacheFlags, cacheFlags, cacheFrom } from '../flags/cacheFlags';
import { dataArgument } from '../flags/dataArgument';
import { precisionFlag, runtimeFlags } from '../flags/modelFlags';
import { schemaFlag } from '../flags/schemaFlag';
import { countedProgress, readingVideos } from '../print/countedProgress';
import { colorsFor, note, print, printJson } from '../print/terminal';

interface Options
  extends Omit<FitHeadOptions, 'data' | 'outFile' | 'cache' | 'signal' | 'onProgress'>,
    CacheFlags<VectorCacheOptions['where']> {
  model: string[];
  out: string;
  json?: boolean;
}

const notes = `
The networks stay as they are: each shows every clip once, and a linear layer is fitted to what it gives, in seconds. Of
several models what is written is an ensemble, a name that ends in .json, with the models' files beside it; classify and
evaluate take it like a model.

With --json, one document: {"path":…,"weightDecay":…,"training":{"samples":…,"top1":…,"loss":…},"validation":…,…}.

Examples:
  $ kinetorch fit-head clips/ --model mobilenet.pt -o mine.pt
  $ kinetorch fit-head fights/manifest.csv -m motion.pt -o fold-0.pt --fold 0 --cache disk
  $ kinetorch fit-head clips/ -m rgb.pt motion.pt -o both.ensemble.json`;

/** `kinetorch fit-head`. */
export function define(command: Command): void {
  const table = fitHeadOptions;
  command
    .description('Fit a new head on top of frozen models, in seconds.')
    .argument('<data>', dataArgument)
    .requiredOption('-m, --model <files...>', 'model files')
    .requiredOption('-o, --out <file>', 'where to write the model, or the ensemble of several')
    .addOption(schemaFlag('--clips <n>', table.clips))
    .addOption(schemaFlag('--weight-decay <n>', table.weightDecay))
    .addOption(schemaFlag('--validation-share <n>', table.validationShare))
    .addOption(schemaFlag('--fold <n>', table.fold))
    .addOption(schemaFlag('--official-split <n>', table.officialSplit))
    .addOption(schemaFlag('--seed <n>', table.seed))
    .addOption(schemaFlag('-b, --batch-size <n>', table.batchSize))
    .addOption(schemaFlag('--license <spdx>', table.license));
  for (const flag of [...cacheFlags(vectorCacheOptions), ...runtimeFlags(), precisionFlag()]) command.addOption(flag);
  command.option('--json', 'one JSON document').addHelpText('after', notes).action(run);
}

async function run(
  data: string,
  { model, out, json, cache, cacheSize, cacheFolder, ...options }: Options,
): Promise<void> {
  const { fitHead } = await import('../../training/fitHead.js');
  const { onProgress, clear } = countedProgress(readingVideos);
  const kept = cacheFrom({ cache, cacheSize, cacheFolder });
  const filled = { ...options, cache: kept, data, outFile: out, onProgress };
  const fit = await fitHead(model, filled).finally(clear);
  if (json) {
    printJson(fit);
    return;
  }
  for (const warning of fit.warnings) note(`${colorsFor(process.stderr).yellow('warning:')} ${warning}`);
  const { training, validation, weightDecay, seconds } = fit;
  const figures = ({ samples, top1, loss }: typeof training) =>
    `${percent(top1)} of ${samples} videos, loss ${loss.toFixed(4)}`;
  print(`training    ${figures(training)}`);
  if (validation) print(`validation  ${figures(validation)}`);
  print(colorsFor(process.stdout).dim(`${out}  weight decay ${weightDecay}, ${seconds.toFixed(1)} s`));
}
