import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createModel } from '../../dist';
import { workFolder } from '../harness/workFolder';

/** The file of an untrained r2plus1d_dw with 400 classes, for clips of its own size. */
export async function dwModel(): Promise<string> {
  const folder = join(workFolder, 'serving');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'r2plus1d_dw.pt');
  await (await createModel({ architecture: 'r2plus1d_dw', numClasses: 400 })).save(file);
  return file;
}

/** Frames, height and width of its clips. */
export const dwClip = [12, 64, 80] as const;
