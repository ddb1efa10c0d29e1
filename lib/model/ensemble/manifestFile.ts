import { readFile } from 'node:fs/promises';
import { dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { invalidArgument, KinetorchError } from '../../base/errors';
import { fileSize, unreadable } from '../../base/regularFile';
import { nonEmptyText, realNumber } from '../../base/schemas';
import { parse } from '../../base/validation';
import { writeAtomically } from '../../base/writeAtomically';
import { type Combine, combineSchema } from './options';

/** An ensemble as its file has it. */
export interface Manifest {
  /** Of the models' files. */
  paths: readonly string[];
  weights: readonly number[];
  combine: Combine;
}

const extension = '.json';
/** Far more than any ensemble needs. */
const maxBytes = 2 ** 20;

const schema = z.object(
  {
    formatVersion: z.literal(1, { error: '1, the version of ensembles that this Kinetorch reads' }),
    combine: combineSchema,
    models: z
      .array(
        z.object(
          { path: nonEmptyText('the path of a model'), weight: realNumber(0, Number.MAX_VALUE) },
          { error: 'an object with path and weight' },
        ),
        { error: 'an array of models' },
      )
      .min(1, { error: 'an array with at least one model' }),
  },
  { error: 'an object with formatVersion, combine and models' },
);

/** Whether a model's source is the path of an ensemble's manifest. */
export const isManifest = (source: string | Uint8Array): source is string =>
  typeof source === 'string' && extname(source).toLowerCase() === extension;

/** Throws `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, and `ERR_MODEL_FORMAT` for what is no ensemble. */
export async function readManifest(path: string): Promise<Manifest> {
  const text = await readText(path);
  try {
    const { models, combine } = parse(schema, JSON.parse(text), 'manifest');
    const folder = dirname(path);
    return {
      paths: models.map((model) => resolve(folder, model.path)),
      weights: models.map(({ weight }) => weight),
      combine,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KinetorchError('ERR_MODEL_FORMAT', `"${path}" is no ensemble: ${reason}`, { cause });
  }
}

/**
 * Why a JSON file is of something else than an ensemble; null where it is of one, or could be though it is damaged, which
 * {@link readManifest} then says.
 */
export async function otherDocument(path: string): Promise<string | null> {
  try {
    const document: unknown = JSON.parse(await readText(path));
    const mayBe = typeof document === 'object' && document !== null && 'models' in document;
    return mayBe ? null : 'expected an object with formatVersion, combine and models';
  } catch (error) {
    return error instanceof KinetorchError && error.code === 'ERR_MODEL_FORMAT' ? error.message : null;
  }
}

/** Throws `ERR_INVALID_ARGUMENT` for a name that would not be taken for an ensemble's, `ERR_FILE_ACCESS`. */
export async function writeManifest(path: string, { paths, weights, combine }: Manifest): Promise<void> {
  if (!isManifest(path)) throw invalidArgument('path', `a name that ends in ${extension}`, path);
  const folder = dirname(resolve(path));
  const models = paths.map((model, index) => ({
    path: portable(relative(folder, resolve(model))),
    weight: weights[index],
  }));
  await writeAtomically(path, `${JSON.stringify({ formatVersion: 1, combine, models }, null, 2)}\n`);
}

/** With `/`, so that the file means the same on every system; of another drive the path stays whole. */
const portable = (path: string): string => (isAbsolute(path) ? path : path.split(sep).join('/'));

async function readText(path: string): Promise<string> {
  if ((await fileSize(path)) > maxBytes) {
    throw new KinetorchError('ERR_MODEL_FORMAT', `"${path}" is no ensemble: it has more than ${maxBytes} bytes`);
  }
  return readFile(path, 'utf8').catch((cause) => {
    throw unreadable(path, cause);
  });
}
