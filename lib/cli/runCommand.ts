import { type Command, Option } from 'commander';
import type { RunEvent } from '../training/types';
import { interruptible } from './interrupt';
import type { RunWords } from './print/runWords';
import { printJson } from './print/terminal';
import { TrainingPrinter } from './print/trainingPrinter';

/** Gives a command that trains the flags of its own, and those that say where its run lies and how it is told of. */
export function addRunFlags(command: Command, flags: readonly Option[], notes: string): Command {
  command
    .option('-o, --out <folder>', 'where the run is written: models, checkpoints, metrics, report')
    .addOption(
      new Option(
        '--resume <folder>',
        'go on with the run in this folder, with the options it was begun with',
      ).conflicts(['out']),
    );
  for (const flag of flags) command.addOption(flag);
  return command.option('--json', 'one JSON event a line').addHelpText('after', notes);
}

/** Data and folder of a run that begins; ends the program where one is not given. */
export function newRunPlace(command: Command, data: string | undefined, out: string | undefined) {
  if (data === undefined) command.error("error: missing required argument 'data'");
  if (out === undefined) command.error("error: required option '-o, --out <folder>' not specified");
  return { data, outDir: out };
}

interface ShownRun<Event> {
  onProgress: (event: Event) => void;
  signal: AbortSignal;
}

/** Trains, and tells of it: to a person in these words, or as JSON. Ctrl-C ends it in order. */
export async function showRun<Figures, Validation extends { clips: number }>(
  words: RunWords<Figures, Validation>,
  json: boolean | undefined,
  run: (shown: ShownRun<RunEvent<Figures, Validation>>) => Promise<unknown>,
): Promise<void> {
  const printer = new TrainingPrinter(words);
  const onProgress = json ? printJson : printer.onEvent;
  await interruptible(
    () => printer.pause(),
    (signal) => run({ onProgress, signal }),
  );
}

/** Without the flags of these names. */
export function omit(flags: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => !names.includes(name)));
}
