import { parseOptions } from '../base/validation';
import { callNative } from '../native';
import { archiveOf, type ModelArchive } from './createModel';
import { loadModel } from './loadModel';
import { openModelFile } from './modelFile';
import { type ModelSource, nativeSource } from './modelSource';
import { type WrapModelOptions, wrapModelOptions } from './options';
import type { ModelMetadata } from './types';

/**
 * Makes a Kinetorch file of a TorchScript network from elsewhere: what `loadModel` had to be told of it is written into
 * it. The network is loaded on the CPU and run first, so that labels and input are known to fit.
 *
 * @example
 * const archive = await wrapModel('x3d_s.pt', { labels, input });
 * await archive.save('x3d_s.kinetorch.pt');
 * await using model = await loadModel('x3d_s.kinetorch.pt');
 *
 * @throws KinetorchError as {@link loadModel}
 */
export async function wrapModel(source: ModelSource, options: WrapModelOptions): Promise<ModelArchive> {
  const { license, ...network } = parseOptions(wrapModelOptions, options);
  const file = await openModelFile(nativeSource(source));
  try {
    const metadata: ModelMetadata = {
      ...(await metadataOf(source, network)),
      ...(license === undefined ? {} : { license }),
    };
    return archiveOf(
      metadata,
      await callNative(() => file.native.withMetadata(JSON.stringify(metadata), network.perFrame ?? false)),
    );
  } finally {
    file.native.close();
  }
}

async function metadataOf(source: ModelSource, network: Omit<WrapModelOptions, 'license'>): Promise<ModelMetadata> {
  const tuning = { timeMs: 0, folder: null };
  await using model = await loadModel(source, { ...network, device: 'cpu', optimize: 'off', tuning });
  return model.metadata;
}
