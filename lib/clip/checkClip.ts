import { types } from 'node:util';
import { describe, KinetorchError } from '../base/errors';
import type { Clip } from './types';

const maxFrames = 4096;
// As kMaxSide of native/runtime/max_side.h.
const maxSide = 16384;

/**
 * Checks that a clip's bytes and its declared shape agree, before anything is copied, and returns what it checked: a
 * getter is read once.
 *
 * @throws KinetorchError `ERR_CLIP_SHAPE`, `ERR_CLIP_DATA`
 */
export function checkClip(clip: Clip): Clip {
  if (clip === null || typeof clip !== 'object') {
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      `expected a clip { data, frames, height, width } but received ${describe(clip)}`,
    );
  }
  const { data, frames, height, width } = clip;
  // Not instanceof: an array may come from another realm (vm, jest).
  if (!types.isUint8Array(data) && !types.isUint8ClampedArray(data) && !types.isFloat32Array(data)) {
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      `expected \`clip.data\` to be a Uint8Array, Uint8ClampedArray or Float32Array but received ${describe(data)}`,
    );
  }
  checkSide('frames', frames, maxFrames);
  checkSide('height', height, maxSide);
  checkSide('width', width, maxSide);
  if (types.isSharedArrayBuffer(data.buffer)) {
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      'expected `clip.data` to own its memory but received a SharedArrayBuffer',
    );
  }
  const expected = frames * height * width * 3;
  if (data.length === 0 && data.buffer.byteLength === 0) {
    throw new KinetorchError(
      'ERR_CLIP_DATA',
      `expected ${expected} values in \`clip.data\` but its buffer is detached (transferred) or empty`,
    );
  }
  if (data.length !== expected) {
    throw new KinetorchError(
      'ERR_CLIP_SHAPE',
      `expected ${frames}×${height}×${width}×3 = ${expected} values in \`clip.data\` but received ${data.length}`,
    );
  }
  return { data, frames, height, width };
}

function checkSide(name: string, value: unknown, max: number): void {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > max) {
    throw new KinetorchError(
      'ERR_CLIP_SHAPE',
      `expected \`clip.${name}\` to be an integer between 1 and ${max} but received ${describe(value)}`,
    );
  }
}
