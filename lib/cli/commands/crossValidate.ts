import type { Command } from 'commander';
import { percent } from '../../base/format';
import { evaluateOptions } from '../../evaluation/options';
import type { CrossValidation, FoldResult } from '../../training/crossValidate';
import { augmentFlags } from '../flags/augmentFlags';
import { trainingInputFlags, trainingRuntimeFlags } from '../flags/modelFlags';
import { schemaFlag } from '../flags/schemaFlag';
import { trainFlags } from '../flags/trainFlags';
import { interruptible } from '../interrupt';
import { classificationWords } from '../print/runWords';
import { table } from '../print/table';
import { colorsFor, print, printJson } from '../print/terminal';
import { TrainingPrinter } from '../print/trainingPrinter';
import { newRun, type TrainCommandOptions } from './train';

type Options = Omit<TrainCommandOptions, 'resume'> & { resume?: boolean; clips?: number; crops?: 1 | 3 };

/** Flags of `train` that would let the fold held out decide something, or say which it is. */
const unusable = ['--fold', '--early-stopping', '--patience', '--validation-share'];

const notes = `
For each fold of a manifest's fold column: trains on the others, in <folder>/fold-<k>, and evaluates the model of the
last epoch on the fold. Not the best epoch's: that one is chosen by the fold itself, and its figures would flatter.
Stopped by Ctrl-C or a power cut, the same command with --resume goes on.

With --json, training's events as they come, each with its "fold", then {"type":"fold",…} for each that is done and
{"type":"summary","summary":{"top1":{"mean":…,"std":…},…}}.

Example:
  $ kinetorch cross-validate fights/manifest.csv -a r2plus1d_dw -o folds/ --epochs 40`;

/** `kinetorch cross-validate`. */
export function define(command: Command): void {
  const { clips, crops } = evaluateOptions;
  command
    .description('k-fold cross-validation: a training run for each fold of a manifest, evaluated on that fold.')
    .argument('<data>', 'CSV manifest with a fold column, or folder with such a manifest.csv')
    .requiredOption('-o, --out <folder>', 'where the runs are written')
    .option('--resume', 'go on with the folds that were begun')
    .addOption(schemaFlag('--clips <n>', clips.describe('clips of each video in evaluation (default: {default})')))
    .addOption(schemaFlag('--crops <n>', crops.describe('of each clip in evaluation, 1 or 3 (default: {default})')));
  const learning = trainFlags().filter(({ long }) => !unusable.includes(long ?? ''));
  const flags = [...learning, ...augmentFlags(), ...trainingInputFlags(), ...trainingRuntimeFlags()];
  for (const flag of flags) command.addOption(flag);
  command.option('--json', 'one JSON event a line').addHelpText('after', notes).action(runFolds);
}

async function runFolds(data: string, { resume, clips, crops, json, ...flags }: Options, command: Command) {
  const { data: _, ...training } = newRun(data, flags, command);
  const { crossValidate } = await import('../../training/crossValidate.js');
  const printer = new TrainingPrinter(classificationWords);
  const { schedule, ...rest } = training;
  if (schedule === 'plateau') command.error('error: --schedule plateau would let the fold held out decide something');
  const result = await interruptible(
    () => printer.pause(),
    (signal) =>
      crossValidate(
        { ...rest, schedule, data, resume, clips, crops },
        {
          signal,
          onProgress: json ? printJson : printer.onEvent,
          onFold: json ? (fold) => printJson({ type: 'fold', ...fold }) : printFold,
        },
      ),
  );
  if (json) printJson({ type: 'summary', summary: result.summary });
  else printSummary(result);
}

function printFold({ fold, evaluation }: FoldResult): void {
  const { bold } = colorsFor(process.stdout);
  const { metrics } = evaluation;
  const right = metrics.task === 'multiLabel' ? metrics.video.exactMatch : metrics.video.top1;
  print(bold(`\nfold ${fold}: ${percent(right)} of ${metrics.video.count} videos right by the last epoch's model\n`));
}

function printSummary({ folds, summary }: CrossValidation): void {
  const { bold } = colorsFor(process.stdout);
  print(bold(`Over ${folds.length} folds, mean ± standard deviation`));
  const rows = Object.entries(summary).map(([name, { mean, std }]) =>
    name === 'loss' ? [name, `${mean.toFixed(4)} ± ${std.toFixed(4)}`] : [name, `${percent(mean)} ± ${percent(std)}`],
  );
  for (const line of table([{ title: '' }, { title: '', align: 'right' }], rows).slice(1)) print(`  ${line}`);
}
