import type { Tensor } from '../../clip/types';
import { errorMap } from './errorMap';
import { frameScores } from './frameScores';
import { clipOf, type Normalisation } from './pixelsOf';
import { psnrOf } from './psnr';
import type { ReconstructedClip } from './types';

/** What a network gave for a clip, as pictures; see `VideoModel.reconstructClip`. */
export function reconstructedClip(
  { target, reconstruction }: { target: Tensor; reconstruction: Tensor },
  input: Normalisation,
): ReconstructedClip {
  const errors = errorMap(target, reconstruction, input);
  return {
    clip: clipOf(reconstruction, input),
    original: clipOf(target, input),
    psnr: frameScores(errors, 'mse').map(psnrOf),
    errors,
  };
}
