import { loadEnsemble } from './ensemble/loadEnsemble';
import { isManifest } from './ensemble/manifestFile';
import { loadModelFile } from './loadModelFile';
import { type ModelSource, nativeSource } from './modelSource';
import type { LoadModelOptions } from './options';
import type { VideoModel } from './videoModel';

/**
 * Loads a TorchScript 3-D network: checks the archive, freezes it (batch norms folded), moves it to its devices and runs
 * a random clip. The model owns its native threads; the event loop and libuv's pool are never used.
 *
 * A batch that finds too little memory is run again in halves; where that fails too, its calls reject with
 * `ERR_OUT_OF_MEMORY` and the model goes on.
 *
 * A file made by Kinetorch knows its labels and input. One from elsewhere, for example a scripted torchvision model,
 * needs `labels` and `input`; its forward must map N×3×T×H×W float clips to N×classes logits. One that is to give clips back
 * needs `task: 'reconstruct'` and `input`; its method `reconstruct` must map N×3×T×H×W to the same.
 *
 * A path that ends in `.json` is that of an ensemble, as {@link Ensemble.save} writes it: its models are loaded, each with
 * these options, of which those that say what a file does not are then refused, and disposed of with it.
 *
 * The file stays open until the model is disposed of, or has been loaded from it once more (`VideoModel.explainClip`).
 *
 * Loading a TorchScript file runs code from that file: load only files you trust. Of a file of Kinetorch's, `trust: 'weights'`
 * takes the weights alone, for a network that is built here; nothing of the file runs. With `isolate: true` its code runs in a
 * locked process, which has no files, no network and no other processes.
 *
 * @example
 * await using model = await loadModel('r2plus1d_18.pt', { device: 'auto' });
 * const { predictions } = await model.classifyClip({ data, frames: 16, height: 240, width: 320 }, { topK: 5 });
 *
 * @example
 * // From a stranger: the file that was looked at and no other, and nothing of it but its numbers
 * await using model = await loadModel('gestures.pt', { trust: 'weights', sha256: digest });
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_MODEL_FORMAT`, `ERR_MODEL_METADATA`,
 * `ERR_MODEL_UNTRUSTED` (`trust`, `sha256`), `ERR_WEIGHTS` (with `trust: 'weights'`, tensors that are not the network's),
 * `ERR_MODEL_FORWARD`, `ERR_MODEL_PROCESS` (`isolate`), `ERR_DEVICE`, `ERR_UNSUPPORTED`, `ERR_INVALID_ARGUMENT`, `ERR_OUT_OF_MEMORY`,
 * `ERR_LIBTORCH_NOT_FOUND`, `ERR_LIBTORCH_VERSION`
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<VideoModel> {
  const from = nativeSource(source);
  return isManifest(from) ? loadEnsemble(from, options) : loadModelFile(from, options);
}
