/**
 * Every code a {@link KinetorchError} can carry. Codes are stable: a program may branch on them.
 *
 * | code | meaning |
 * | --- | --- |
 * | `ERR_INVALID_ARGUMENT` | an option or argument has the wrong type or range |
 * | `ERR_FILE_NOT_FOUND` | no such file or folder |
 * | `ERR_FILE_ACCESS` | the file exists but cannot be read or written |
 * | `ERR_MODEL_FORMAT` | the file is no TorchScript archive, or a damaged one |
 * | `ERR_MODEL_METADATA` | `kinetorch.json` is missing or contradicts the model or the options |
 * | `ERR_MODEL_FORWARD` | the model cannot be run on a clip, or gives something other than one row of logits |
 * | `ERR_UNSUPPORTED` | this model or build cannot do what was asked |
 * | `ERR_WEIGHTS` | a weights file is damaged or does not fit the architecture |
 * | `ERR_CLIP_SHAPE` | the clip's bytes and its declared shape disagree, or its shape is out of range |
 * | `ERR_CLIP_DATA` | the clip's buffer is detached or shared, or holds NaN or Inf |
 * | `ERR_DEVICE` | unknown device, or one this machine does not have |
 * | `ERR_OUT_OF_MEMORY` | the device or the machine has too little memory |
 * | `ERR_QUEUE_FULL` | more calls are waiting than `maxQueue` allows |
 * | `ERR_ABORTED` | the caller's `AbortSignal` was triggered |
 * | `ERR_TIMEOUT` | `timeoutMs` passed before the work was done |
 * | `ERR_DISPOSED` | the model or trainer was disposed of |
 * | `ERR_VIDEO_OPEN` | the file cannot be opened as video |
 * | `ERR_VIDEO_NO_STREAM` | the file holds no video stream |
 * | `ERR_VIDEO_DECODE` | no frame could be decoded, or the decoder failed |
 * | `ERR_DATASET` | a dataset has no usable clips, or its description is wrong |
 * | `ERR_TRAINING` | training cannot go on, for example because the loss is no longer finite |
 * | `ERR_LIBTORCH_NOT_FOUND` | LibTorch or the native addon was not found |
 * | `ERR_LIBTORCH_VERSION` | the LibTorch found has a version this addon does not run on |
 * | `ERR_PLATFORM` | nothing prebuilt runs on this system, processor or C library |
 * | `ERR_INTERNAL` | a fault in Kinetorch or LibTorch itself |
 */
export const errorCodes = [
  'ERR_INVALID_ARGUMENT',
  'ERR_FILE_NOT_FOUND',
  'ERR_FILE_ACCESS',
  'ERR_MODEL_FORMAT',
  'ERR_MODEL_METADATA',
  'ERR_MODEL_FORWARD',
  'ERR_UNSUPPORTED',
  'ERR_WEIGHTS',
  'ERR_CLIP_SHAPE',
  'ERR_CLIP_DATA',
  'ERR_DEVICE',
  'ERR_OUT_OF_MEMORY',
  'ERR_QUEUE_FULL',
  'ERR_ABORTED',
  'ERR_TIMEOUT',
  'ERR_DISPOSED',
  'ERR_VIDEO_OPEN',
  'ERR_VIDEO_NO_STREAM',
  'ERR_VIDEO_DECODE',
  'ERR_DATASET',
  'ERR_TRAINING',
  'ERR_LIBTORCH_NOT_FOUND',
  'ERR_LIBTORCH_VERSION',
  'ERR_PLATFORM',
  'ERR_INTERNAL',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** The one error class Kinetorch throws: branch on `code`, show `message`. */
export class KinetorchError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KinetorchError';
    this.code = code;
  }
}

/** Builds the message every argument error has: the name, what was expected, what came. */
export function invalidArgument(name: string, expected: string, actual: unknown): KinetorchError {
  return new KinetorchError(
    'ERR_INVALID_ARGUMENT',
    `expected \`${name}\` to be ${expected} but received ${describe(actual)}`,
  );
}

/** A short description of any value for an error message, for example `0 of type number`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'object') return `an instance of ${value.constructor?.name ?? 'Object'}`;
  if (typeof value === 'function') return 'a function';
  return `${String(value)} of type ${typeof value}`;
}
