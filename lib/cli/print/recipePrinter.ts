import { formatCount, percent } from '../../base/format';
import type { RecipeData, RecipeEvent, TrainAutoResult, Trial } from '../../training/recipe/types';
import { countedProgress, readingVideos } from './countedProgress';
import { formatDuration, plural } from './format';
import { classificationWords } from './runWords';
import { table } from './table';
import { colorsFor, note, print } from './terminal';
import { TrainingPrinter } from './trainingPrinter';

const kinds: Record<Trial['kind'], string> = {
  frozen: 'a head on a frozen network',
  short: 'a few epochs of a small network',
  full: 'the small network, in full',
};

/** Shows a recipe to a person: each trial as it goes, then a table of them. */
export class RecipePrinter {
  private readonly colors = colorsFor(process.stdout);
  private reading = countedProgress(readingVideos);
  private training = new TrainingPrinter(classificationWords);

  readonly onEvent = (event: RecipeEvent): void => {
    if (event.type === 'data') this.onData(event);
    else if (event.type === 'warning') this.onWarning(event.message);
    else if (event.type === 'fetch') note(event.message);
    else if (event.type === 'trial') this.onTrial(event);
    else if (event.type === 'training') this.onTraining(event);
    else if (event.type === 'embedding') this.reading.onProgress(event);
    else if (event.type === 'tried') this.onTried(event);
    else this.onEnd(event.result);
  };

  /** Takes the bars off the screen. */
  pause(): void {
    this.reading.clear();
    this.training.pause();
  }

  private onData({ classes, trainClips, validationClips, hasGroups, seconds, shape, chance }: RecipeData): void {
    print(
      `${formatCount(classes)} classes, ${plural(trainClips, 'training clip')}, ` +
        `${plural(validationClips, 'validation clip')}, ${hasGroups ? 'divided by group' : 'without groups'}; ` +
        `${seconds.toFixed(1)} s long, ${shape}; chance ${percent(chance)}`,
    );
  }

  private onWarning(message: string): void {
    this.pause();
    note(colorsFor(process.stderr).yellow(`warning: ${message}`));
  }

  private onTrial({ name, kind }: Pick<Trial, 'name' | 'kind'>): void {
    this.reading = countedProgress(readingVideos);
    this.training = new TrainingPrinter(classificationWords);
    print(`\n${this.colors.bold(name)}: ${kinds[kind]}`);
  }

  /** Not a run's own summary: the table has it. */
  private onTraining({ event }: Extract<RecipeEvent, { type: 'training' }>): void {
    if (event.type !== 'end') this.training.onEvent(event);
  }

  private onTried({ name, ...trial }: Trial): void {
    this.pause();
    print(`${name}: ${this.colors.bold(accuracyOf(trial))} of ${plural(trial.clips, 'validation clip')}`);
  }

  private onEnd({ trials, winner, modelPath, recipePath }: TrainAutoResult): void {
    const { bold, dim, cyan } = this.colors;
    const columns = [
      { title: 'tried' },
      { title: 'what' },
      { title: 'validation', align: 'right' },
      { title: 'time', align: 'right' },
    ] as const;
    const rows = trials.map((trial) => [
      trial.name,
      kinds[trial.kind],
      accuracyOf(trial),
      formatDuration(trial.seconds * 1000),
    ]);
    print();
    for (const line of table(columns, rows)) print(line);
    print(`\n${bold(`Best: ${winner.name}`)}, ${accuracyOf(winner)} of ${plural(winner.clips, 'validation clip')}`);
    for (const [name, path] of Object.entries({ model: modelPath, recipe: recipePath })) {
      print(`  ${dim(name.padEnd(10))}  ${path}`);
    }
    print(`\nTo repeat it alone: ${cyan(winner.command)}`);
    print(`Try it: ${cyan(classificationWords.next(modelPath))}`);
  }
}

const accuracyOf = ({ accuracy, standardError }: Pick<Trial, 'accuracy' | 'standardError'>) =>
  `${percent(accuracy)} ± ${(standardError * 100).toFixed(1)}`;
