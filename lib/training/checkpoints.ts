import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NativeTrainer } from '../../binding';
import { invalidArgument, KinetorchError } from '../base/errors';
import { callNative } from '../native';
import { namesIn } from './folderAccess';
import { parseState, type RunState } from './runState';

const kept = 3;
const fileName = /^step-(\d+)\.ckpt$/;
const temporaryName = /^step-\d+\.ckpt\.tmp-/;

/** A state and the checkpoint that it was read from, '' where there is none yet. */
export interface Restored {
  state: RunState;
  path: string;
}

/** The last checkpoints of a run, in a folder of their own. */
export class Checkpoints {
  constructor(private readonly folder: string) {}

  async isEmpty(): Promise<boolean> {
    return (await this.names()).length === 0;
  }

  /** Writes a checkpoint, complete or not at all, and removes all but the last three. Gives its path. */
  async save(trainer: NativeTrainer, state: RunState): Promise<string> {
    const path = join(this.folder, `step-${String(state.step).padStart(8, '0')}.ckpt`);
    await callNative(() => trainer.saveCheckpoint(path, JSON.stringify(state)));
    await this.remove((await this.names()).slice(kept));
    return path;
  }

  /**
   * Loads the newest checkpoint that is whole and removes those after it, of which `onDamaged` hears; null where there
   * are none. Throws `ERR_WEIGHTS` where all are damaged, and `ERR_INVALID_ARGUMENT` where it is of a run of another
   * configuration than `config`, the `hashOf` one.
   */
  async restore(
    trainer: NativeTrainer,
    config: string,
    onDamaged: (message: string) => void,
  ): Promise<Restored | null> {
    const names = await this.names();
    for (const [index, name] of names.entries()) {
      const path = join(this.folder, name);
      try {
        const state = parseState(await callNative(() => trainer.loadCheckpoint(path)));
        if (state.config !== config) {
          throw invalidArgument(
            'options.outDir',
            'a folder with checkpoints of the run in its config.json alone',
            path,
          );
        }
        // They would count among the last three.
        await this.remove(names.slice(0, index));
        return { state, path };
      } catch (error) {
        if (!(error instanceof KinetorchError) || error.code !== 'ERR_WEIGHTS') throw error;
        onDamaged(`passing over a checkpoint: ${error.message}`);
      }
    }
    if (names.length === 0) return null;
    throw new KinetorchError(
      'ERR_WEIGHTS',
      `expected a whole checkpoint in ${dirname(this.folder)} but all ${names.length} are damaged`,
    );
  }

  /** Removes what processes that were killed have left half written. */
  async removeTemporaries(): Promise<void> {
    await this.remove((await namesIn(this.folder)).filter((name) => temporaryName.test(name)));
  }

  /** Newest first. */
  private async names(): Promise<string[]> {
    const names = (await namesIn(this.folder)).filter((name) => fileName.test(name));
    return names.sort().reverse();
  }

  private async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.folder, name), { force: true });
  }
}
