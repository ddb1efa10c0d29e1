import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { KinetorchError } from '../../base/errors';
import { fileSize } from '../../base/regularFile';
import { isManifest, otherDocument } from '../../model/ensemble/manifestFile';
import { models as shipped } from '../../model/models';
import { type FilledServerOptions, modelName, type ServedModelOptions } from '../options';

/** Where a model of a server lies. */
export type ModelPlace = ServedModelOptions & { version: string };

/** Hears of a file in the folder that is none of a model, though its name could be one's, and why. */
export type OnOther = (path: string, reason: string) => void;

const modelFiles = ['model.pt', 'model.json'];

/**
 * What there is to serve: the models that are named, else those of the folder, each in its latest version; with neither,
 * the one that ships.
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`; `ERR_INVALID_ARGUMENT` where two of the folder have one name
 */
export async function findModels(
  { models, modelFolder }: FilledServerOptions,
  onOther: OnOther = () => {},
): Promise<Map<string, ModelPlace>> {
  const found = modelFolder === undefined ? new Map<string, ModelPlace>() : await modelsIn(modelFolder, onOther);
  for (const [name, model] of Object.entries(models ?? {})) {
    const place = typeof model === 'string' ? { path: model } : model;
    found.set(name, { version: '1', ...place });
  }
  if (models === undefined && modelFolder === undefined) {
    found.set('camera-motion', { path: shipped.cameraMotion, version: '1' });
  }
  return found;
}

/**
 * That there is something to serve, before anybody is told where. With `modelControl` a folder may be filled later.
 *
 * @throws KinetorchError as `findModels` does, and where a file is not there or is none
 */
export async function requireModels(options: FilledServerOptions): Promise<void> {
  const others: string[] = [];
  const found = await findModels(options, (path, reason) => others.push(`${basename(path)}: ${reason}`));
  await Promise.all([...found.values()].map(({ path }) => fileSize(path)));
  if (found.size > 0 || options.modelControl) return;
  const { modelFolder } = options;
  throw new KinetorchError(
    'ERR_FILE_NOT_FOUND',
    modelFolder === undefined
      ? 'expected a model to serve but `models` has none'
      : `expected models in "${modelFolder}" (name.pt, name.json, name/1/model.pt) but there are none${others.map((other) => `\n  - ${other}`).join('')}`,
  );
}

async function modelsIn(folder: string, onOther: OnOther): Promise<Map<string, ModelPlace>> {
  const found = new Map<string, ModelPlace>();
  for (const entry of await list(folder)) {
    const [name, place] = (await modelAt(folder, entry, onOther)) ?? [];
    if (name === undefined || place === undefined) continue;
    const other = found.get(name);
    if (other !== undefined) {
      const both = `${relative(folder, other.path)} and ${relative(folder, place.path)}`;
      throw new KinetorchError(
        'ERR_INVALID_ARGUMENT',
        `expected one model '${name}' in "${folder}" but there are ${both}`,
      );
    }
    found.set(name, place);
  }
  return found;
}

async function modelAt(folder: string, entry: string, onOther: OnOther): Promise<[string, ModelPlace] | null> {
  const path = join(folder, entry);
  const isFolder = (await stat(path)).isDirectory();
  const name = isFolder ? entry : basename(entry, extname(entry));
  if (!modelName.safeParse(name).success) return null;
  if (!isFolder) return (await isModel(path, onOther)) ? [name, { path, version: '1' }] : null;
  const versions = (await list(path)).filter((version) => /^[1-9]\d{0,8}$/.test(version));
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) {
    const files = await list(join(path, version));
    const file = modelFiles.find((one) => files.includes(one));
    if (file !== undefined) return [name, { path: join(path, version, file), version }];
  }
  return null;
}

/** A folder may have JSON of other things, such as labels, beside its models. */
async function isModel(path: string, onOther: OnOther): Promise<boolean> {
  if (!isManifest(path)) return extname(path) === '.pt';
  const reason = await otherDocument(path);
  if (reason !== null) onOther(path, reason);
  return reason === null;
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new KinetorchError('ERR_FILE_NOT_FOUND', `expected a folder of models at "${folder}" but there is none`);
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot list "${folder}": ${message}`, { cause });
  }
}
