import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { invalidArgument, KinetorchError } from '../../base/errors';
import { type HeldLock, takeLock } from '../../base/fileLock';
import { isThere } from '../../base/isThere';
import { version } from '../../base/version';
import { replaceAtomically, writeAtomically } from '../../base/writeAtomically';
import { accessError, namesIn } from '../folderAccess';
import type { FilledTrainAutoOptions } from './options';
import type { RecipeData, Trial } from './types';

/** `recipe.json`. */
export interface RecipeRecord {
  formatVersion: 1;
  kinetorch: string;
  /** With every default in its place. */
  options: Omit<FilledTrainAutoOptions, 'outDir' | 'resume'>;
  data: RecipeData;
  trials: Trial[];
  /** Name of the trial whose model is `best.pt`; null until all are done. */
  winner: string | null;
  warnings: readonly string[];
}

const files = { record: 'recipe.json', model: 'best.pt', trials: 'trials', lock: 'recipe.lock' };
/** What a recipe may be resumed with that it was not begun with. */
const free = new Set(['cache', 'decoders', 'maxSkippedShare', 'device', 'threads', 'fetchWeights']);

/** Where a recipe is written, held by one process at a time. */
export class RecipeFolder implements AsyncDisposable {
  readonly recordPath: string;
  readonly modelPath: string;

  private constructor(
    private readonly folder: string,
    private readonly lock: HeldLock,
    /** What was found before, where it goes on. */
    readonly begun: RecipeRecord | null,
  ) {
    this.recordPath = join(folder, files.record);
    this.modelPath = join(folder, files.model);
  }

  /** Throws `ERR_INVALID_ARGUMENT` where a new recipe's folder holds one or a run, an old one's none, or another process has it. */
  static async open({ outDir, resume, ...options }: FilledTrainAutoOptions, data: RecipeData): Promise<RecipeFolder> {
    const begun = resume ? await readRecord(outDir) : null;
    if (begun) refuseOthers(begun, options, data);
    else if ((await namesIn(outDir)).some((name) => [files.record, 'config.json', 'checkpoints'].includes(name))) {
      throw invalidArgument('options.outDir', 'a folder that holds no run yet (or set `resume`)', outDir);
    }
    let lock: Awaited<ReturnType<typeof takeLock>>;
    try {
      await mkdir(join(outDir, files.trials), { recursive: true });
      lock = await takeLock(join(outDir, files.lock));
    } catch (error) {
      throw accessError('write', outDir, error);
    }
    if ('holder' in lock) {
      throw invalidArgument('options.outDir', `a folder that no other process, as ${lock.holder}, writes to`, outDir);
    }
    return new RecipeFolder(outDir, lock, begun);
  }

  write(record: Omit<RecipeRecord, 'formatVersion' | 'kinetorch'>): Promise<void> {
    const whole: RecipeRecord = { formatVersion: 1, kinetorch: version(), ...record };
    return writeAtomically(this.recordPath, `${JSON.stringify(whole, null, 2)}\n`);
  }

  /** Makes a trial's model that of the recipe. */
  take({ model }: Trial): Promise<void> {
    return replaceAtomically(this.modelPath, (temporary) => copyFile(join(this.folder, model), temporary));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lock.release();
  }
}

/** Whether a folder holds a recipe. */
export const holdsRecipe = (folder: string) => isThere(join(folder, files.record));

export async function readRecord(folder: string): Promise<RecipeRecord> {
  const path = join(folder, files.record);
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as RecipeRecord | null;
    if (record?.formatVersion === 1 && record.options && Array.isArray(record.trials)) return record;
    throw new SyntaxError('expected what a recipe has found, of formatVersion 1');
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new KinetorchError('ERR_FILE_ACCESS', `${path} is damaged: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw accessError('read', path, error);
    throw invalidArgument('options.outDir', 'the folder of a recipe to resume', folder);
  }
}

function refuseOthers(begun: RecipeRecord, now: RecipeRecord['options'], data: RecipeData): void {
  const options = { ...now, data: resolve(now.data) };
  const keys = new Set([...Object.keys(options), ...Object.keys(begun.options)] as (keyof typeof options)[]);
  for (const key of keys) {
    const before = begun.options[key];
    if (free.has(key) || JSON.stringify(options[key]) === JSON.stringify(before)) continue;
    throw invalidArgument(`options.${key}`, `${JSON.stringify(before)}, as the recipe was begun with,`, now[key]);
  }
  if (JSON.stringify(data) !== JSON.stringify(begun.data)) {
    throw invalidArgument('options.data', 'the clips that the recipe was begun with', JSON.stringify(data));
  }
}
