import { KinetorchError } from '../../base/errors';
import type { ModelMetadata } from '../types';

/** `ERR_UNSUPPORTED` for a network whose reconstruction is of normalised cells, which say nothing of how it looks. */
export function requirePixels({ reconstruction }: Pick<ModelMetadata, 'reconstruction'>): void {
  if (reconstruction?.objective !== 'masked') return;
  throw new KinetorchError(
    'ERR_UNSUPPORTED',
    "expected a network that gives back what it sees, pre-trained with the objective 'plain', but this one fills in what is " +
      "hidden of clips, as its objective was 'masked'",
  );
}
