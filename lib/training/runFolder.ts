import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeTrainer } from '../../binding';
import { invalidArgument, KinetorchError } from '../base/errors';
import { type HeldLock, takeLock } from '../base/fileLock';
import { writeAtomically } from '../base/writeAtomically';
import { Checkpoints, type Restored } from './checkpoints';
import { accessError, namesIn } from './folderAccess';
import { parseConfig, type RunConfig } from './runConfig';
import type { RunState } from './runState';
import type { EpochMetrics } from './types';

const files = {
  config: 'config.json',
  metrics: 'metrics.jsonl',
  checkpoints: 'checkpoints',
  best: 'best.pt',
  last: 'last.pt',
  evaluation: 'evaluation.json',
  report: 'report.html',
  lock: 'run.lock',
};

/** The folder a run is written to, held by one process at a time. */
export class RunFolder {
  readonly configPath: string;
  readonly metricsPath: string;
  readonly bestPath: string;
  readonly lastPath: string;
  readonly evaluationPath: string;
  readonly reportPath: string;
  private readonly checkpoints: Checkpoints;
  private lock: HeldLock | null = null;

  private constructor(private readonly folder: string) {
    this.configPath = this.at('config');
    this.metricsPath = this.at('metrics');
    this.bestPath = this.at('best');
    this.lastPath = this.at('last');
    this.evaluationPath = this.at('evaluation');
    this.reportPath = this.at('report');
    this.checkpoints = new Checkpoints(this.at('checkpoints'));
  }

  /** Throws `ERR_INVALID_ARGUMENT` where the folder already holds a run. Writes nothing. */
  static async refuseTaken(folder: string): Promise<void> {
    const present = await namesIn(folder);
    // Not the lock nor a folder without checkpoints: a run killed before it wrote its config left nothing to lose.
    const isTaken = [files.config, files.metrics, files.best, files.last].some((file) => present.includes(file));
    if (isTaken || (await RunFolder.hasCheckpoint(folder))) throw taken(folder);
  }

  /** Makes the folder of a new run and writes `config.json`: of two runs that start at once, one is refused. */
  static async create(folder: string, config: RunConfig): Promise<RunFolder> {
    const run = await RunFolder.take(folder);
    try {
      await RunFolder.refuseTaken(folder);
      await run.removeTemporaries();
      await writeAtomically(run.configPath, `${JSON.stringify(config, null, 2)}\n`);
      return run;
    } catch (error) {
      await run.release();
      throw error instanceof KinetorchError ? error : accessError(folder, error);
    }
  }

  /** Takes the folder of a run that is to go on. */
  static async reopen(folder: string): Promise<RunFolder> {
    await RunFolder.readConfig(folder);
    return RunFolder.take(folder);
  }

  /** What a run was started with. Throws `ERR_INVALID_ARGUMENT` where the folder holds none. */
  static async readConfig(folder: string): Promise<RunConfig> {
    const path = new RunFolder(folder).configPath;
    try {
      return parseConfig(await readFile(path, 'utf8'));
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new KinetorchError('ERR_FILE_ACCESS', `${path} is damaged: ${error.message}`);
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw accessError(path, error);
      throw invalidArgument('options.outDir', 'the folder of a run to resume', folder);
    }
  }

  private static async take(folder: string): Promise<RunFolder> {
    const run = new RunFolder(folder);
    let lock: Awaited<ReturnType<typeof takeLock>>;
    try {
      await mkdir(run.at('checkpoints'), { recursive: true });
      lock = await takeLock(run.at('lock'));
    } catch (error) {
      throw accessError(folder, error);
    }
    if ('holder' in lock) {
      throw invalidArgument(
        'options.outDir',
        `a folder that no other run, as process ${lock.holder} by its ${files.lock}, writes to`,
        folder,
      );
    }
    run.lock = lock;
    return run;
  }

  /** Lets other runs resume here. */
  async release(): Promise<void> {
    await this.lock?.release();
    this.lock = null;
  }

  /** On the disk before the checkpoint that counts on it. */
  async appendMetrics(metrics: EpochMetrics): Promise<void> {
    try {
      const file = await open(this.metricsPath, 'a');
      try {
        await file.appendFile(`${JSON.stringify(metrics)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw accessError(this.metricsPath, error);
    }
  }

  /** Every epoch's metrics so far; `onDamaged` hears of lines that are none. */
  async readMetrics(onDamaged: (message: string) => void = () => {}): Promise<EpochMetrics[]> {
    const text = await readFile(this.metricsPath, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw accessError(this.metricsPath, error);
    });
    // A process that was killed while it wrote leaves part of a line.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole.split('\n').flatMap((line, index) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as EpochMetrics];
      } catch {
        onDamaged(`passing over line ${index + 1} of ${this.metricsPath}, which is damaged`);
        return [];
      }
    });
  }

  saveCheckpoint(trainer: NativeTrainer, state: RunState): Promise<string> {
    return this.checkpoints.save(trainer, state);
  }

  static async hasCheckpoint(folder: string): Promise<boolean> {
    return !(await new RunFolder(folder).checkpoints.isEmpty());
  }

  /**
   * Restores the newest checkpoint that is whole; null where none was written yet. What the run wrote after it is
   * taken back. See `Checkpoints.restore`.
   */
  async restore(
    trainer: NativeTrainer,
    config: string,
    onDamaged: (message: string) => void,
  ): Promise<Restored | null> {
    await this.removeTemporaries();
    const restored = await this.checkpoints.restore(trainer, config, onDamaged);
    if (restored) await this.rewind(restored.state, onDamaged);
    else await rm(this.metricsPath, { force: true });
    return restored;
  }

  private async rewind({ epoch }: RunState, onDamaged: (message: string) => void): Promise<void> {
    const kept = (await this.readMetrics(onDamaged)).filter((metrics) => metrics.epoch <= epoch);
    await writeAtomically(this.metricsPath, kept.map((metrics) => `${JSON.stringify(metrics)}\n`).join(''));
  }

  /** Removes what processes that were killed have left half written. */
  private async removeTemporaries(): Promise<void> {
    // Not the lock's: others may be at it at this moment.
    const { lock, checkpoints, ...written } = files;
    const isTemporary = (name: string) => Object.values(written).some((file) => name.startsWith(`${file}.tmp-`));
    for (const name of await namesIn(this.folder)) {
      if (isTemporary(name)) await rm(join(this.folder, name), { force: true });
    }
    await this.checkpoints.removeTemporaries();
  }

  private at(file: keyof typeof files): string {
    return join(this.folder, files[file]);
  }
}

function taken(folder: string): KinetorchError {
  return invalidArgument('options.outDir', 'a folder that holds no run yet (or set `resume`)', folder);
}
