import { invalidArgument } from '../../base/errors';
import { parseOptions } from '../../base/validation';
import { type LoadModelOptions, loadModelOptions, networkOptions } from '../options';
import { type Ensemble, makeEnsemble } from './ensemble';
import { readManifest } from './manifestFile';

/** Loads a saved ensemble; see `loadModel`. */
export async function loadEnsemble(path: string, options: LoadModelOptions): Promise<Ensemble> {
  const { labels, input, task, output, perFrame, sha256, ...loading } = parseOptions(loadModelOptions, options);
  const said = { labels, input, task, output, perFrame };
  if (sha256 !== undefined)
    throw invalidArgument('options.sha256', 'left out for an ensemble, of several files,', sha256);
  for (const name of Object.keys(networkOptions) as (keyof typeof networkOptions)[]) {
    if (said[name] !== undefined) {
      throw invalidArgument(`options.${name}`, 'left out for an ensemble, whose models say it themselves,', said[name]);
    }
  }
  const { paths, weights, combine } = await readManifest(path);
  return makeEnsemble(paths, { weights, combine, loading, path });
}
