import { type Command, Option } from 'commander';
import type { Augmentation } from '../../training/augmentation';
import type { TrainOptions } from '../../training/options';
import { trainAutoOptions } from '../../training/recipe/options';
import { augmentFlags, augmentFrom } from '../flags/augmentFlags';
import { dataArgument } from '../flags/dataArgument';
import {
  type InputOptions,
  inputFlagNames,
  inputFrom,
  trainingInputFlags,
  trainingRuntimeFlags,
} from '../flags/modelFlags';
import { schemaFlag } from '../flags/schemaFlag';
import { type TrainFlags, trainFlags, trainOptionsFrom } from '../flags/trainFlags';
import { classificationWords } from '../print/runWords';
import { runRecipe } from '../recipeRun';
import { resumedRun } from '../resumedRun';
import { addRunFlags, newRunPlace, omit, showRun } from '../runCommand';

export type TrainCommandOptions = InputOptions &
  Augmentation &
  TrainFlags & { out?: string; resume?: string; json?: boolean };

/** With those of a recipe, which cross-validation has not. */
type TrainCommand = TrainCommandOptions & { recipe?: 'auto'; fetchWeights?: boolean };

const notes = `
<data> is a folder with one folder of videos (or of folders of frames) for each class, which may lie in folders called train,
val and test; a CSV manifest with the columns path,label and, if you like, group,split,fold,start,end; a UCF101 or HMDB51
folder with its official split lists; or lists of other tools and datasets (kinetorch dataset --help).
Look at it first:                kinetorch dataset <data>
and at what the network sees:    kinetorch augment-preview <data> -a <name> -o seen.svg

Ctrl-C (exit code 130), SIGTERM (143), the end of the terminal (129) and that of whoever reads the output (141) finish the
step and save a checkpoint; a second Ctrl-C ends at once. So does a power cut: kinetorch train --resume run/ goes on from the last checkpoint and ends with the weights that the
uninterrupted run would have had.

With --recipe auto, heads on a frozen network for photographs and a small network are tried on the same validation clips; the
best is best.pt in the folder, and recipe.json says what was found. Of the other flags it takes those of data, device and
precision, and --seed. Weights are fetched with --fetch-weights alone.

With --json, one event a line: {"type":"start"|"warning"|"step"|"validation"|"epoch"|"checkpoint"|"end",…};
of a recipe {"type":"data"|"warning"|"fetch"|"trial"|"training"|"embedding"|"tried"|"end",…}, where "training" holds one of those

Examples:
  $ kinetorch train clips/ --architecture r2plus1d_18 --out run/
  $ kinetorch train clips/ --recipe auto --out run/
  $ kinetorch train clips/manifest.csv -a ir_csn_26 -o run/ --epochs 60 --optimizer sgd --lr 0.05 --ema 0.999
  $ kinetorch train clips/ --from gestures.pt --out run/ --lr 0.0002 --body-rate 0.1
  $ kinetorch train --resume run/`;

/** `kinetorch train`. */
export function define(command: Command): void {
  command
    .description('Train a network on videos, natively: fresh weights of an architecture, or on from a model file.')
    .argument('[data]', dataArgument);
  command
    .addOption(
      new Option('--recipe <name>', 'try what is cheap and train what does best: see docs/training.md').choices([
        'auto',
      ]),
    )
    .addOption(schemaFlag('--fetch-weights', trainAutoOptions.fetchWeights));
  const flags = [...trainFlags(), ...augmentFlags(), ...trainingInputFlags(), ...trainingRuntimeFlags()];
  addRunFlags(command, flags, notes).action(runTraining);
}

async function runTraining(data: string | undefined, given: TrainCommand, command: Command): Promise<void> {
  const { recipe, fetchWeights, ...options } = given;
  const { json, resume } = options;
  const { holdsRecipe } = await import('../../training/recipe/recipeFolder.js');
  if (recipe !== undefined || (resume !== undefined && holdsRecipe(resume))) return runRecipe(data, given, command);
  if (fetchWeights !== undefined) command.error('error: --fetch-weights is for --recipe auto');
  const learning =
    options.resume === undefined ? newRun(data, options, command) : await resumedTraining(data, options, command);
  const { train } = await import('../../training/train.js');
  await showRun(classificationWords, json, (shown) => train(learning, shown));
}

/** `train`'s options of the command line's. */
export function newRun(data: string | undefined, options: TrainCommandOptions, command: Command): TrainOptions {
  const { out, resume, json, ...flags } = options;
  const place = newRunPlace(command, data, out);
  if (flags.architecture === undefined && flags.from === undefined) {
    command.error('error: one of --architecture and --from is required');
  }
  const augment = augmentFrom(flags);
  const rest = omit(flags, [...Object.keys(augment), ...inputFlagNames]);
  return { ...trainOptionsFrom(rest as TrainFlags), ...place, augment, input: inputFrom(flags) };
}

async function resumedTraining(
  data: string | undefined,
  { resume, json, ...flags }: TrainCommandOptions,
  command: Command,
): Promise<TrainOptions> {
  const { resumeOptions } = await import('../../training/train.js');
  return resumedRun<TrainOptions>(
    command,
    { data, flags },
    { begun: () => resumeOptions(resume as string), optionsFrom: (given) => trainOptionsFrom(given as TrainFlags) },
  );
}
