import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativeTrainer } from '../../binding';
import { invalidArgument, KinetorchError } from '../base/errors';
import { type HeldLock, takeLock } from '../base/fileLock';
import { writeAtomically } from '../base/writeAtomically';
import { Checkpoints, type Restored } from './checkpoints';
import { accessError, namesIn } from './folderAccess';
import { hashOf, parseConfig, type RunConfig } from './runConfig';
import { freshState, type RunState } from './runState';
import type { TaskEpoch } from './runTask';

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
export class RunFolder implements AsyncDisposable {
  readonly configPath: string;
  readonly metricsPath: string;
  readonly bestPath: string;
  readonly lastPath: string;
  readonly evaluationPath: string;
  readonly reportPath: string;
  /** What the run that is to go on here was begun with; null for a new one. */
  begun: RunConfig | null = null;
  /** Whether that run has a checkpoint, damaged or whole, to go on from. */
  hasCheckpoint = false;
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

  /**
   * Looks at the folder of a new run, or with `resume` of one that is to go on. Writes nothing. Throws
   * `ERR_INVALID_ARGUMENT` where the folder of a new run already holds what one has saved, or that of an old one none.
   */
  static async open(outDir: string, resume: boolean): Promise<RunFolder> {
    const folder = new RunFolder(outDir);
    if (resume) {
      folder.begun = await readRunConfig(outDir);
      folder.hasCheckpoint = !(await folder.checkpoints.isEmpty());
    } else await folder.refuseTaken();
    return folder;
  }

  /**
   * Holds the folder until it is disposed of. That of a new run is made, and its `config.json` written: of two runs that
   * start at once, one is refused.
   */
  async claim(config: RunConfig): Promise<void> {
    await this.takeLock();
    if (this.begun) return;
    await this.refuseTaken();
    await writeAtomically(this.configPath, `${JSON.stringify(config, null, 2)}\n`);
  }

  /** Lets other runs resume here. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.lock?.release();
    this.lock = null;
  }

  private async refuseTaken(): Promise<void> {
    const present = await namesIn(this.folder);
    // Not the lock, a config or a folder without checkpoints: a run that ended before it saved any left nothing to lose.
    const isTaken = [files.metrics, files.best, files.last].some((file) => present.includes(file));
    if (isTaken || !(await this.checkpoints.isEmpty())) {
      throw invalidArgument('options.outDir', 'a folder that holds no run yet (or set `resume`)', this.folder);
    }
  }

  private async takeLock(): Promise<void> {
    let lock: Awaited<ReturnType<typeof takeLock>>;
    try {
      await mkdir(this.at('checkpoints'), { recursive: true });
      lock = await takeLock(this.at('lock'));
    } catch (error) {
      throw accessError('write', this.folder, error);
    }
    if ('holder' in lock) {
      throw invalidArgument(
        'options.outDir',
        `a folder that no other run, as process ${lock.holder} by its ${files.lock}, writes to`,
        this.folder,
      );
    }
    this.lock = lock;
  }

  /** On the disk before the checkpoint that counts on it. */
  async appendMetrics(metrics: TaskEpoch): Promise<void> {
    try {
      const file = await open(this.metricsPath, 'a');
      try {
        await file.appendFile(`${JSON.stringify(metrics)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw accessError('write', this.metricsPath, error);
    }
  }

  /** Every epoch's metrics so far; `onDamaged` hears of lines that are none. */
  async readMetrics(onDamaged: (message: string) => void = () => {}): Promise<TaskEpoch[]> {
    const text = await readFile(this.metricsPath, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw accessError('read', this.metricsPath, error);
    });
    // A process that was killed while it wrote leaves part of a line.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole.split('\n').flatMap((line, index) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as TaskEpoch];
      } catch {
        onDamaged(`passing over line ${index + 1} of ${this.metricsPath}, which is damaged`);
        return [];
      }
    });
  }

  saveCheckpoint(trainer: NativeTrainer, state: RunState): Promise<string> {
    return this.checkpoints.save(trainer, state);
  }

  /**
   * Where the run stands: what its newest whole checkpoint says, which is loaded, or its beginning where none was written
   * yet. What the run wrote after it is taken back. `config` is what the run was begun with. See `Checkpoints.restore`.
   */
  async restore(trainer: NativeTrainer, config: RunConfig, onDamaged: (message: string) => void): Promise<Restored> {
    await this.removeTemporaries();
    const hash = hashOf(config);
    const restored = await this.checkpoints.restore(trainer, hash, onDamaged);
    if (restored) await this.rewind(restored.state, onDamaged);
    else await rm(this.metricsPath, { force: true });
    return restored ?? { state: freshState(hash), path: '' };
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

/** What the run in a folder was begun with. Throws `ERR_INVALID_ARGUMENT` where it holds none. */
export async function readRunConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, files.config);
  try {
    return parseConfig(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new KinetorchError('ERR_FILE_ACCESS', `${path} is damaged: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw accessError('read', path, error);
    throw invalidArgument('options.outDir', 'the folder of a run to resume', folder);
  }
}
