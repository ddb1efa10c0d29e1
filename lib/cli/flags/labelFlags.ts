import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { decodeText, linesOf } from '../../base/decodeText';
import { KinetorchError } from '../../base/errors';

/** What {@link labelFlags} give. */
export interface LabelOptions {
  labels?: string;
  labelsFile?: string;
}

/** Flags that name classes. */
export const labelFlags = (conflicts: string[] = []) => [
  new Option('--labels <a,b,c>', 'class names').conflicts(['labelsFile', ...conflicts]),
  new Option('--labels-file <file>', 'class names, one a line').conflicts(conflicts),
];

/** The names that were given; undefined where none were. */
export async function labelsFrom({ labels, labelsFile }: LabelOptions): Promise<string[] | undefined> {
  if (labels !== undefined) return trimmed(labels.split(','));
  if (labelsFile === undefined) return undefined;
  try {
    const text = decodeText(await readFile(labelsFile), labelsFile, 'ERR_FILE_ACCESS');
    return linesOf(text).map((line) => line.text);
  } catch (cause) {
    if (cause instanceof KinetorchError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'ERR_FILE_NOT_FOUND' : 'ERR_FILE_ACCESS';
    throw new KinetorchError(code, `cannot read ${labelsFile}: ${(cause as Error).message}`, { cause });
  }
}

/** Names without the space around them; empty ones, such as a file's last line, are none. */
function trimmed(names: string[]): string[] {
  return names.map((name) => name.trim()).filter((name) => name !== '');
}
