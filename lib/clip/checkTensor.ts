import { types } from 'node:util';
import type { NativeClipTensor } from '../../binding';
import { describe, KinetorchError } from '../base/errors';
import type { Clip, Tensor } from './types';

/** What has a shape and no frames. */
export const isTensor = (input: Clip | Tensor): input is Tensor =>
  input !== null && typeof input === 'object' && 'shape' in input && !('frames' in input);

/** Frames, height and width that a network sees. */
interface Sizes {
  frames: number;
  height: number;
  width: number;
}

/**
 * Checks that a tensor holds clips as a network sees them, 3×T×H×W, N×3×T×H×W or T×H×W, before anything is copied, and
 * returns what it checked: a getter is read once.
 *
 * @throws KinetorchError `ERR_CLIP_SHAPE`, `ERR_CLIP_DATA`
 */
export function checkTensor(tensor: Tensor, { frames, height, width }: Sizes): NativeClipTensor {
  if (tensor === null || typeof tensor !== 'object') {
    throw new KinetorchError('ERR_CLIP_DATA', `expected a tensor { data, shape } but received ${describe(tensor)}`);
  }
  const { data, shape } = tensor;
  if (!types.isFloat32Array(data)) {
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      `expected \`tensor.data\` to be a Float32Array but received ${describe(data)}`,
    );
  }
  if (types.isSharedArrayBuffer(data.buffer)) {
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      'expected `tensor.data` to own its memory but received a SharedArrayBuffer',
    );
  }
  const sizes = Array.isArray(shape) ? [...shape] : [];
  const [clips, channels] = leadingSizes(sizes);
  const isInput = sizes.slice(-3).join() === [frames, height, width].join();
  const isCounted = Number.isInteger(clips) && clips >= 1 && (channels === 3 || sizes.length === 3);
  if (sizes.length < 3 || sizes.length > 5 || !isInput || !isCounted) {
    const input = `${frames}×${height}×${width}`;
    throw new KinetorchError(
      'ERR_CLIP_SHAPE',
      `expected \`tensor.shape\` to be 3×${input}, N×3×${input} or ${input} but received ` +
        (Array.isArray(shape) ? `[${sizes.map(String).join(', ')}]` : describe(shape)),
    );
  }
  const expected = clips * channels * frames * height * width;
  if (data.length === 0 && data.buffer.byteLength === 0) {
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      `expected ${expected} values in \`tensor.data\` but its buffer is detached (transferred) or empty`,
    );
  }
  if (data.length !== expected) {
    throw new KinetorchError(
      'ERR_CLIP_SHAPE',
      `expected ${sizes.join('×')} = ${expected} values in \`tensor.data\` but received ${data.length}`,
    );
  }
  return { data, clips, channels };
}

/** N and C of N×C×T×H×W, C×T×H×W and T×H×W. */
function leadingSizes(sizes: number[]): [clips: number, channels: number] {
  if (sizes.length === 3) return [1, 1];
  if (sizes.length === 4) return [1, sizes[0] as number];
  return [sizes[0] as number, sizes[1] as number];
}
