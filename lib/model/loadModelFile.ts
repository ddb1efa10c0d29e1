import { KinetorchError } from '../base/errors';
import { parseOptions } from '../base/validation';
import { callNative, native } from '../native';
import { catalogueNetworkOf } from './catalogueNetwork';
import { loadIsolated } from './isolated/loadIsolated';
import { mergeMetadata } from './mergeMetadata';
import { type ModelFile, withModelFile } from './modelFile';
import { type ModelSource, nativeSource } from './modelSource';
import { nativeLoadOptions } from './nativeLoadOptions';
import { type LoadModelOptions, loadModelOptions } from './options';
import { planFolder } from './planFolder';
import { VideoModel } from './videoModel';

/** Loads a model's own file, which is no ensemble's manifest; see `loadModel`. */
export async function loadModelFile(source: ModelSource, options: LoadModelOptions = {}): Promise<VideoModel> {
  const filled = parseOptions(loadModelOptions, options);
  const from = nativeSource(source);
  if (filled.isolate && (filled.trust === 'all' || !(await isBuiltHere(from, filled.sha256)))) {
    return loadIsolated(from, filled);
  }
  const opening = { trust: filled.trust, sha256: filled.sha256 };
  const load = async (file: ModelFile) => {
    const metadata = mergeMetadata(file.metadata, filled);
    if (filled.perFrame) {
      const bytes = await callNative(() => file.native.withMetadata(JSON.stringify(metadata), true));
      // Of what is trusted in the file, and this wraps in code of its own.
      return loadModelFile(bytes, { ...options, perFrame: false, trust: 'all', sha256: undefined });
    }
    const loading = nativeLoadOptions(filled, metadata, await planFolder(filled.tuning.folder));
    const model = await callNative(() => native().NativeModel.load(file.native, loading));
    if (filled.precision === 'int8' && model.precision !== 'int8') {
      await model.dispose();
      throw notInt8(filled.optimize, model.warnings);
    }
    for (const warning of model.warnings) process.emitWarning(warning, 'KinetorchWarning');
    // See Note [The second copy].
    const isFile = typeof from === 'string';
    if (isFile) model.keepFile(file.native);
    const { maxVideos } = filled;
    const bytes = isFile ? null : { bytes: from, opening };
    return new VideoModel(model, metadata, { path: isFile ? from : null, bytes, maxVideos });
  };
  return withModelFile(from, load, opening);
}

/** Whether nothing of the file has to run, as only its weights are trusted. */
function isBuiltHere(from: string | Uint8Array, sha256: string | undefined): Promise<boolean> {
  return withModelFile(from, ({ metadata }) => catalogueNetworkOf(metadata) !== null, { sha256 });
}

function notInt8(optimize: string, warnings: readonly string[]): KinetorchError {
  const why = optimize === 'off' ? ["`optimize` is 'off'"] : warnings;
  return new KinetorchError(
    'ERR_UNSUPPORTED',
    `expected a model of which layers run in int8 but none does: ${why.join('; ') || 'its file leaves all in float32'}`,
  );
}
