import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidArgument, KinetorchError } from '../errors';
import type { EpochMetrics } from './types';

const files = {
  config: 'config.json',
  metrics: 'metrics.jsonl',
  checkpoint: 'checkpoint-last.ckpt',
  best: 'best.pt',
};

/** The folder a run is written to. */
export class RunFolder {
  readonly configPath: string;
  readonly metricsPath: string;
  readonly checkpointPath: string;
  readonly bestPath: string;

  private constructor(folder: string) {
    this.configPath = join(folder, files.config);
    this.metricsPath = join(folder, files.metrics);
    this.checkpointPath = join(folder, files.checkpoint);
    this.bestPath = join(folder, files.best);
  }

  /** Throws `ERR_INVALID_ARGUMENT` where the folder already holds a run. Writes nothing. */
  static async refuseTaken(folder: string): Promise<void> {
    const present: string[] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw accessError(folder, error);
    });
    if (Object.values(files).some((file) => present.includes(file))) throw taken(folder);
  }

  /** Makes the folder and writes `config.json`, which claims it: of two runs that start at once, one is refused. */
  static async create(folder: string, config: object): Promise<RunFolder> {
    const run = new RunFolder(folder);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(run.configPath, `${JSON.stringify(config, null, 2)}\n`, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(folder);
      throw accessError(folder, error);
    }
    return run;
  }

  async appendMetrics(metrics: EpochMetrics): Promise<void> {
    try {
      await appendFile(this.metricsPath, `${JSON.stringify(metrics)}\n`);
    } catch (error) {
      throw accessError(this.metricsPath, error);
    }
  }
}

function taken(folder: string): KinetorchError {
  return invalidArgument('options.outDir', 'a folder that holds no run yet', folder);
}

function accessError(path: string, cause: unknown): KinetorchError {
  return new KinetorchError('ERR_FILE_ACCESS', `cannot write ${path}: ${(cause as Error).message}`, { cause });
}
