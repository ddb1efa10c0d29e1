import { KinetorchError } from '../../base/errors';
import type { ModelOutput } from '../outputs';
import { requireOutputs } from '../requireOutputs';
import type { ModelMetadata } from '../types';

interface Network {
  readonly outputs: readonly ModelOutput[];
  readonly metadata: Pick<ModelMetadata, 'reconstruction'>;
}

/**
 * `ERR_UNSUPPORTED` for a network that classifies, and for one whose reconstruction is of normalised cells, which say nothing
 * of how it looks.
 */
export function requirePixels({ outputs, metadata: { reconstruction } }: Network): void {
  requireOutputs(outputs, ['reconstruction']);
  if (reconstruction?.objective !== 'masked') return;
  throw new KinetorchError(
    'ERR_UNSUPPORTED',
    "expected a network that gives back what it sees, pre-trained with the objective 'plain', but this one fills in what is " +
      "hidden of clips, as its objective was 'masked'",
  );
}
