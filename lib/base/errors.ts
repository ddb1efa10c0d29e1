import { inspect } from 'node:util';

/**
 * What each code means, and what to do about it. docs/errors.md is the same for those who look one up, and
 * test/check/errors.test.ts compares the two.
 */
export const errorTable = {
  ERR_INVALID_ARGUMENT: {
    meaning: 'An option or argument has the wrong type or range.',
    remedy: 'Correct what the message names; it says what was expected and what came.',
  },
  ERR_FILE_NOT_FOUND: {
    meaning: 'There is no such file or folder.',
    remedy: 'Check the path: a relative one counts from the working directory.',
  },
  ERR_FILE_ACCESS: {
    meaning: 'A file or folder is there, but cannot be read, written or replaced.',
    remedy: 'Check its kind, its permissions and the space on the disk; the message has the reason.',
  },
  ERR_MODEL_FORMAT: {
    meaning: 'The file is no TorchScript archive, or a damaged one.',
    remedy: 'Fetch or save it again. A file of weights alone goes to `createModel`, with the name of its architecture.',
  },
  ERR_MODEL_METADATA: {
    meaning: '`kinetorch.json` is missing or damaged, or contradicts the model or the options.',
    remedy: 'Pass `labels` and `input`, and as many labels as the network has logits (docs/model-format.md).',
  },
  ERR_MODEL_UNTRUSTED: {
    meaning: 'The file is more than `trust` allows, or not the one that `sha256` names.',
    remedy:
      "With `trust: 'weights'` only networks of `kinetorch create --list` load: take such a file, or one that you trust, or `isolate` it. Another SHA-256: fetch the file again from where the pin is from.",
  },
  ERR_MODEL_FORWARD: {
    meaning: 'The network cannot be run on a clip, or gives something other than one row of logits for each.',
    remedy: '`forward` has to map N×3×T×H×W to N×classes; check that `input` is the shape it was made for.',
  },
  ERR_MODEL_PROCESS: {
    meaning:
      'The process of an isolated model could not be started, crashed, hung, took too much memory, or gave what no network gives.',
    remedy:
      'Other models go on, and the next call starts another process. Where it happens again, the file is at fault: do not run it.',
  },
  ERR_UNSUPPORTED: {
    meaning: 'This model, device or build cannot do what was asked.',
    remedy: 'Leave that option out, or take the model, device or package that the message names.',
  },
  ERR_WEIGHTS: {
    meaning:
      'A file of weights, a checkpoint, or a model of which only the weights are trusted is damaged, does not fit the network, or could not be fetched.',
    remedy: 'Take the architecture and the number of classes that they were saved from, or ask for a new head.',
  },
  ERR_CLIP_SHAPE: {
    meaning: "A clip's or a tensor's values and its declared shape disagree, or its shape is not one that is taken.",
    remedy:
      "A clip's `data` holds frames × height × width × 3 values, RGB; a tensor has the model's own frames, height and width. The message says which number is off.",
  },
  ERR_CLIP_DATA: {
    meaning:
      "A clip's or a tensor's data cannot be read: no typed array of the right kind, detached, shared, with NaN or Inf, or with floats of another scale.",
    remedy:
      'Pass a `Uint8Array`, or a `Float32Array` of values from 0 to 1 (of a tensor, a `Float32Array`), whose buffer is not shared, and transfer it only after the call.',
  },
  ERR_DEVICE: {
    meaning: 'The device is unknown, or this machine has none that can be used.',
    remedy: '`npx kinetorch doctor` says what there is and what is missing; `device: "auto"` takes what there is.',
  },
  ERR_OUT_OF_MEMORY: {
    meaning: 'The device or the machine has too little memory.',
    remedy: 'Make batches or clips smaller (`batching.maxBatchSize`, `batchSize`), or raise `memoryLimit`.',
  },
  ERR_QUEUE_FULL: {
    meaning: 'More clips wait than `batching.maxQueue` allows, or there are more videos than `maxVideos`.',
    remedy:
      'Wait for earlier calls before making more, or turn the work away; raise the option that the message names where it fits.',
  },
  ERR_ABORTED: {
    meaning: "The caller's `AbortSignal` was triggered, or a command was interrupted.",
    remedy: 'Nothing is wrong. A run of training goes on with `resume`.',
  },
  ERR_TIMEOUT: {
    meaning: '`timeoutMs` passed before the work was done.',
    remedy: 'Allow more time, or make fewer calls at once: `model.stats()` tells how long they wait and run.',
  },
  ERR_DISPOSED: {
    meaning: 'The model or video was disposed of before the call, or the process is exiting.',
    remedy: 'Dispose of it after its last call, or load it again.',
  },
  ERR_VIDEO_OPEN: {
    meaning: 'The file cannot be opened as video.',
    remedy: 'Check that it is whole and of a common container; convert it if not, for example to MP4.',
  },
  ERR_VIDEO_NO_STREAM: {
    meaning: 'The file holds no video stream.',
    remedy: 'Take the file that holds the pictures; this one may be sound alone.',
  },
  ERR_VIDEO_DECODE: {
    meaning: 'No frame could be decoded, or the decoder crashed, hung or took too much memory.',
    remedy: 'The file may be damaged, very large, or of a codec that is not allowed: convert it, for example to H.264.',
  },
  ERR_VIDEO_DECODER: {
    meaning:
      'The decoder process could not be started: no file descriptors, processes or memory left, not allowed, an addon of an older build, or no Node.js known that could run it.',
    remedy:
      'Nothing is said of the video. Raise the limit, give the permission or run the command that the message names, or set `KINETORCH_NODE` to a Node.js program (docs/install.md).',
  },
  ERR_DATASET: {
    meaning: 'A dataset has no usable clips, or its description is wrong.',
    remedy: '`npx kinetorch dataset` checks every file; where a list is wrong the message names the line.',
  },
  ERR_TRAINING: {
    meaning: 'Training cannot go on, for example because the loss is no longer finite.',
    remedy: 'Lower the learning rate or set `clipGradNorm`, and look at the clips that the message names.',
  },
  ERR_LIBTORCH_NOT_FOUND: {
    meaning: 'LibTorch or the native addon was not found, or could not be opened or fetched.',
    remedy: 'Run the command that the message gives; `npx kinetorch doctor` checks everything (docs/install.md).',
  },
  ERR_LIBTORCH_VERSION: {
    meaning: "LibTorch, or the platform's package, has a version that this one does not run on.",
    remedy: 'Run the command that the message gives; `npx kinetorch doctor` says which was found where.',
  },
  ERR_PLATFORM: {
    meaning: 'Nothing prebuilt runs on this system, processor or C library.',
    remedy: 'Take one of the systems in docs/install.md, or build Kinetorch from a checkout.',
  },
  ERR_INTERNAL: {
    meaning: 'A fault in Kinetorch or LibTorch itself.',
    remedy: 'Report it with the message, what led to it, and what `npx kinetorch doctor` prints.',
  },
} as const;

/** What the `code` of a {@link KinetorchError} may be. Codes are stable: a program may branch on them. */
export type ErrorCode = keyof typeof errorTable;

/** Every {@link ErrorCode}. What each means, and what to do, is in [docs/errors.md](../../docs/errors.md). */
export const errorCodes = Object.keys(errorTable) as readonly ErrorCode[];

/** The one error class Kinetorch throws: branch on `code`, show `message`. */
export class KinetorchError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KinetorchError';
    this.code = code;
  }
}

/** Builds the message every argument error has: the name, what was expected, what came, and advice where there is any. */
export function invalidArgument(name: string, expected: string, actual: unknown, advice = ''): KinetorchError {
  return unlike(name, expected, `${describe(actual)}${advice}`);
}

/** The same where what came is to be told otherwise than {@link describe} does. */
export function unlike(name: string, expected: string, received: string): KinetorchError {
  return new KinetorchError('ERR_INVALID_ARGUMENT', `expected \`${name}\` to be ${expected} but received ${received}`);
}

/** A short description of any value for an error message, for example `0 of type number` or `[ 1, 2 ]`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (typeof value === 'object') return describeObject(value);
  if (typeof value === 'function') return 'a function';
  return `${String(value)} of type ${typeof value}`;
}

/** Of lists and plain objects what is in them, of all others their kind. */
function describeObject(value: object): string {
  if (ArrayBuffer.isView(value) && 'length' in value) return `a ${value.constructor.name} of ${value.length} values`;
  const prototype = Object.getPrototypeOf(value);
  const isPlain = Array.isArray(value) || prototype === null || prototype.constructor?.name === 'Object';
  if (!isPlain) return `an instance of ${value.constructor?.name ?? 'Object'}`;
  const limits = { depth: 1, maxArrayLength: 5, maxStringLength: 20, breakLength: Number.POSITIVE_INFINITY };
  return shortened(inspect(value, { ...limits, customInspect: false }));
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}...` : text);
