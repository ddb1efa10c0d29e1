import type { CatalogueNetwork } from '../../binding';
import { KinetorchError } from '../base/errors';
import { architectures } from './architectures';
import { noFrameCnn } from './frameCnnSchema';
import type { ModelMetadata } from './types';

/**
 * What it takes to build the network of a file here, as its metadata tells; null where it is none of the architecture
 * table, or has the tensors of such a network no more, as it is quantised.
 *
 * @throws KinetorchError `ERR_UNSUPPORTED` where the metadata does not say all of it
 */
export function catalogueNetworkOf(metadata: ModelMetadata | null): CatalogueNetwork | null {
  const row = architectures().find(({ name }) => name === metadata?.architecture);
  if (!metadata || !row || metadata.quantization) return null;
  const { architecture, frameCnn, labels, reconstruction, task } = metadata;
  if (task === 'reconstruct') {
    const { objective } = reconstruction ?? incomplete(architecture, 'reconstruction.objective');
    const decoder = objective === 'masked' ? 'masked' : 'plain';
    return { architecture, numClasses: 0, frameCnn: noFrameCnn, decoder };
  }
  const spec = row.family === 'cnn' ? (frameCnn ?? incomplete(architecture, 'frameCnn')) : noFrameCnn;
  return { architecture, numClasses: labels.length, frameCnn: spec, decoder: 'none' };
}

function incomplete(architecture: string, field: string): never {
  throw new KinetorchError(
    'ERR_UNSUPPORTED',
    `expected the model's kinetorch.json to say \`${field}\`, which it takes to build ${architecture} here, but it does not`,
  );
}
