import type { Command } from 'commander';
import { invalidArgument } from '../base/errors';
import type { TrainAutoOptions } from '../training/recipe/options';
import { type CacheFlags, cacheFrom } from './flags/cacheFlags';
import { interruptible } from './interrupt';
import { RecipePrinter } from './print/recipePrinter';
import { printJson } from './print/terminal';
import { resumedRun } from './resumedRun';
import { newRunPlace } from './runCommand';

/** Flags of `kinetorch train` that a recipe takes; all else it chooses itself. */
const taken = [
  ...['out', 'resume', 'recipe', 'json', 'fetchWeights', 'validationShare', 'fold', 'officialSplit', 'seed'],
  ...['device', 'threads', 'precision', 'cache', 'cacheSize', 'cacheFolder', 'decoders', 'maxSkippedShare'],
];

/** What those flags give, beside where the recipe is written. */
export type RecipeFlags = Omit<TrainAutoOptions, 'data' | 'outDir' | 'resume' | 'cache'> &
  CacheFlags<NonNullable<TrainAutoOptions['cache']>['where']>;

interface Given extends RecipeFlags {
  recipe?: 'auto';
  out?: string;
  resume?: string;
  json?: boolean;
}

/** `kinetorch train --recipe auto`, and `--resume` of the folder of one. */
export async function runRecipe(data: string | undefined, given: object, command: Command): Promise<void> {
  const { recipe, out, resume, json, ...flags } = given as Given;
  const options =
    resume === undefined
      ? { ...newRunPlace(command, data, out), ...optionsFrom(takenFrom(flags, command)) }
      : await resumedRecipe(resume, data, flags, command);
  const { trainAuto } = await import('../training/recipe/trainAuto.js');
  const printer = new RecipePrinter();
  await interruptible(
    () => printer.pause(),
    (signal) => trainAuto(options, { signal, onProgress: json ? printJson : printer.onEvent }),
  );
}

/** The flags that were given. Throws `ERR_INVALID_ARGUMENT` for one that says what the recipe is to find out. */
function takenFrom(flags: RecipeFlags, command: Command): RecipeFlags {
  const names = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli');
  const other = names.find((name) => !taken.includes(name));
  if (other !== undefined) {
    throw invalidArgument(other, 'left out with --recipe auto, which chooses it,', flags[other as keyof RecipeFlags]);
  }
  return Object.fromEntries(names.map((name) => [name, flags[name as keyof RecipeFlags]]));
}

function optionsFrom({
  cache,
  cacheSize,
  cacheFolder,
  ...rest
}: RecipeFlags): Omit<TrainAutoOptions, 'data' | 'outDir'> {
  return { ...rest, cache: cacheFrom({ cache, cacheSize, cacheFolder }) };
}

async function resumedRecipe(
  folder: string,
  data: string | undefined,
  flags: RecipeFlags,
  command: Command,
): Promise<TrainAutoOptions> {
  const { trainAutoResumeOptions } = await import('../training/recipe/trainAuto.js');
  return resumedRun<TrainAutoOptions>(
    command,
    { data, flags },
    { begun: () => trainAutoResumeOptions(folder), optionsFrom: (given) => optionsFrom(given as RecipeFlags) },
  );
}
