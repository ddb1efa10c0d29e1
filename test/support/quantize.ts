import type { NativeQuantizer } from '../../binding';
import type { Clip } from '../../lib/clip/types';
import type { ModelArchive } from '../../lib/model/createModel';
import { native } from '../../lib/native';

/** A clip as the addon takes it, its centre seen. */
export const nativeClip = (clip: Clip) => ({ ...clip, cropX: 0.5, cropY: 0.5 });

/** A quantiser of a new model, on one thread. */
export async function quantizerOf({ bytes, metadata }: ModelArchive): Promise<NativeQuantizer> {
  const file = await native().NativeModelFile.open(bytes, '');
  try {
    const { input, labels } = metadata;
    return await native().NativeQuantizer.create(file, { input, numClasses: labels.length, threads: 1 });
  } finally {
    file.close();
  }
}

/** Writes the model with all layers int8 that can be, calibrated on these clips. */
export async function quantize(archive: ModelArchive, clips: Clip[], path: string): Promise<void> {
  const quantizer = await quantizerOf(archive);
  try {
    await quantizer.observe(clips.map(nativeClip));
    await quantizer.setMethod('min-max');
    const all = new Uint8Array(quantizer.layers.length).fill(1);
    await quantizer.correctBias(clips.map(nativeClip), all);
    await quantizer.save(path, all, JSON.stringify(archive.metadata));
  } finally {
    await quantizer.dispose();
  }
}
