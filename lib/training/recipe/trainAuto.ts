import { resolve } from 'node:path';
import { throwIfAborted } from '../../base/abort';
import { percent } from '../../base/format';
import { optionsSchema } from '../../base/schemas';
import { parse, parseOptions } from '../../base/validation';
import { bestOf, cheapestOfBest, isNearChance, standardErrorOf } from './choose';
import { frozenNetworks } from './frozenNetworks';
import { lookAt, type SeenData } from './lookAt';
import {
  type FilledTrainAutoOptions,
  type TrainAutoCallbacks,
  type TrainAutoOptions,
  trainAutoCallbacks,
  trainAutoOptions,
} from './options';
import { RecipeFolder, readRecord } from './recipeFolder';
import { epochsOf, namesSides, type SmallNetwork, smallNetworks } from './smallNetworks';
import { type Context, type Outcome, tryFrozen, trySmall } from './trials';
import type { RecipeEvent, TrainAutoResult, Trial } from './types';

/**
 * Tries what is cheap on videos that nobody has trained on yet, and says what it found: heads on a frozen network for
 * photographs, which sees frames or what changes between them, and a small network from fresh weights, whose input a few
 * short runs choose. All are measured on the same validation clips, whole groups where groups are known. The best is
 * `best.pt` in `outDir`, `recipe.json` says what was tried, with the command that repeats each, and `trials/` holds the
 * runs. A recipe that was stopped goes on with `resume: true`.
 *
 * Meant for some 50 to 2,000 clips on a CPU. Weights are not fetched unless `fetchWeights` says so: without any, frozen
 * networks are left out.
 *
 * @example
 * const { winner, modelPath } = await trainAuto({ data: 'clips/', outDir: 'run/' });
 * console.log(winner.name, winner.accuracy, winner.standardError);
 *
 * @throws KinetorchError those of {@link train} and {@link fitHead}; `ERR_DATASET` also where there are no clips to validate on
 */
export async function trainAuto(
  options: TrainAutoOptions,
  callbacks: TrainAutoCallbacks = {},
): Promise<TrainAutoResult> {
  const filled = parseOptions(trainAutoOptions, options);
  const { onProgress, signal } = parse(optionsSchema(trainAutoCallbacks), callbacks, 'callbacks');
  throwIfAborted(signal);
  const seen = await lookAt(filled, signal);
  await using folder = await RecipeFolder.open(filled, seen.data);
  return new Recipe(filled, seen, folder, (event) => onProgress?.(event), signal).run();
}

/** The options that the recipe in `outDir` was begun with, to resume it. @throws KinetorchError `ERR_INVALID_ARGUMENT` where there is none */
export async function trainAutoResumeOptions(outDir: string): Promise<TrainAutoOptions> {
  const { options } = await readRecord(outDir);
  return { ...options, outDir, resume: true };
}

/** One recipe, from its first trial, or the first that is not done, to its winner. */
class Recipe {
  private readonly trials: Trial[];
  private readonly warnings: string[];
  private readonly told = new Set<string>();
  private readonly context: Context;

  constructor(
    private readonly options: FilledTrainAutoOptions,
    private readonly seen: SeenData,
    private readonly folder: RecipeFolder,
    private readonly emit: (event: RecipeEvent) => void,
    private readonly signal?: AbortSignal,
  ) {
    this.trials = [...(folder.begun?.trials ?? [])];
    // Also those of trials that are done.
    this.warnings = [...(folder.begun?.warnings ?? [])];
    this.context = { options, emit: (event) => this.pass(event), signal };
  }

  async run(): Promise<TrainAutoResult> {
    this.emit({ type: 'data', ...this.seen.data });
    for (const message of this.seen.warnings) this.warn(message);
    await this.write();
    await this.frozen();
    await this.small();
    const winner = bestOf(this.trials.filter(({ kind }) => kind !== 'short'));
    this.sayWhatToThink(winner);
    await this.folder.take(winner);
    await this.write(winner.name);
    const { modelPath, recordPath: recipePath } = this.folder;
    const result = {
      modelPath,
      recipePath,
      data: this.seen.data,
      trials: this.trials,
      winner,
      warnings: this.warnings,
    };
    this.emit({ type: 'end', result });
    return result;
  }

  private async frozen(): Promise<void> {
    const { fetchWeights } = this.options;
    const onMessage = (message: string) => this.emit({ type: 'fetch', message });
    const { networks, why } = await frozenNetworks(this.seen, { fetchWeights, signal: this.signal, onMessage });
    if (networks.length === 0) this.warn(`frozen networks were left out: ${why}`);
    for (const network of networks) {
      await this.try(network.name, 'frozen', () => tryFrozen(network, this.context));
    }
  }

  private async small(): Promise<void> {
    const { labels, data } = this.seen;
    const { trainClips } = data;
    const networks = smallNetworks(this.seen);
    if (namesSides(labels)) this.warn('classes are called left or right: training clips are not flipped');
    const short: Trial[] = [];
    for (const network of networks) {
      const run = (name: string) => trySmall(name, network, epochsOf.short(trainClips), this.context);
      short.push(await this.try(`${network.name}-short`, 'short', run));
    }
    const network = networks[short.indexOf(cheapestOfBest(short))] as SmallNetwork;
    const run = (name: string) => trySmall(name, network, epochsOf.full(trainClips), this.context);
    await this.try(network.name, 'full', run);
  }

  /** A trial's result: from before where it was done then. */
  private async try(name: string, kind: Trial['kind'], run: (name: string) => Promise<Outcome>): Promise<Trial> {
    let trial = this.trials.find((one) => one.name === name);
    if (trial === undefined) {
      this.emit({ type: 'trial', name, kind });
      const began = performance.now();
      const outcome = await run(name);
      const standardError = standardErrorOf(outcome.accuracy, outcome.clips);
      trial = { name, kind, ...outcome, standardError, seconds: (performance.now() - began) / 1000 };
      this.trials.push(trial);
      await this.write();
    }
    this.emit({ type: 'tried', ...trial });
    return trial;
  }

  /** Warnings of trials, such as of the split that all have, are told once. */
  private pass(event: RecipeEvent): void {
    if (event.type === 'training' && event.event.type === 'warning') this.warn(event.event.message);
    else this.emit(event);
  }

  private warn(message: string): void {
    if (this.told.has(message)) return;
    this.told.add(message);
    if (!this.warnings.includes(message)) this.warnings.push(message);
    this.emit({ type: 'warning', message });
  }

  private sayWhatToThink(winner: Trial): void {
    if (!isNearChance(winner, this.seen.data)) return;
    this.warn(
      `nothing that was tried is clearly better than chance: ${percent(winner.accuracy)} of ${winner.clips} validation clips, ` +
        `where always saying the most frequent class gives ${percent(this.seen.data.chance)}. Look at the clips ` +
        '(npx kinetorch dataset), whether a person can tell the classes from them, and get more of them, of more groups',
    );
  }

  private write(winner: string | null = null): Promise<void> {
    const { outDir, resume, ...options } = this.options;
    const { trials, warnings } = this;
    const { data } = this.seen;
    return this.folder.write({
      options: { ...options, data: resolve(options.data) },
      ...{ data, trials, winner, warnings },
    });
  }
}
