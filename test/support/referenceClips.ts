import type { Clip, ModelInput } from '../../lib';
import { deterministicClip } from './deterministic';
import { inputOf } from './models';

/**
 * The deterministic clips of `shape` (N×3×T×H×W, values in [-1, 1)) as frames that a caller would pass, in [0, 1), and
 * the input whose normalisation turns them back. Halves and doubles of 24-bit fractions: both ways are exact.
 */
export function referenceClips(shape: number[]): { input: ModelInput; clips: Clip[] } {
  const [count = 0, , frames = 0, height = 0, width = 0] = shape;
  const values = deterministicClip(shape);
  const plane = frames * height * width;
  const clips = Array.from({ length: count }, (_, n) => {
    const data = new Float32Array(plane * 3);
    for (let i = 0; i < plane; i++) {
      for (let channel = 0; channel < 3; channel++) {
        data[i * 3 + channel] = ((values[(n * 3 + channel) * plane + i] as number) + 1) / 2;
      }
    }
    return { data, frames, height, width };
  });
  return { input: inputOf({ frames, height, width }), clips };
}
