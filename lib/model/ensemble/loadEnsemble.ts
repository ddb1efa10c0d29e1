import { invalidArgument, KinetorchError } from '../../base/errors';
import { parseOptions } from '../../base/validation';
import { type LoadModelOptions, loadModelOptions, networkOptions } from '../options';
import { type Ensemble, makeEnsemble } from './ensemble';
import { readManifest } from './manifestFile';

/** Loads a saved ensemble; see `loadModel`. */
export async function loadEnsemble(path: string, options: LoadModelOptions): Promise<Ensemble> {
  const { sha256, ...loading } = parseOptions(loadModelOptions, options);
  if (sha256 !== undefined) {
    throw invalidArgument('options.sha256', 'left out for an ensemble, of several files,', sha256);
  }
  for (const name of Object.keys(networkOptions) as (keyof typeof networkOptions)[]) {
    const said = loading[name];
    if (said !== undefined) {
      throw invalidArgument(`options.${name}`, 'left out for an ensemble, whose models say it themselves,', said);
    }
  }
  const { paths, weights, combine } = await readManifest(path);
  try {
    return await makeEnsemble(paths, { weights, combine, loading, path });
  } catch (cause) {
    if (!(cause instanceof KinetorchError)) throw cause;
    throw new KinetorchError(cause.code, `in the ensemble "${path}": ${cause.message}`, { cause });
  }
}
