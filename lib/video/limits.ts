import { availableCores } from '../base/availableCores';

const cores = availableCores();

/**
 * What one video may cost, and all together. A file from outside can be made to decode for ever or to fill the memory;
 * each of these turns that into one failed call.
 */
export const videoLimits = {
  /** Pixels of one decoded frame: 8192 × 8192. */
  maxPixels: 2 ** 26,
  /** Seconds of one video, a third of a year: a file of a few bytes can say that it lasts for centuries. */
  maxSeconds: 1e7,
  /** Bytes of one clip, T×H×W×3. */
  maxClipBytes: 2 ** 30,
  /** Bytes of a video that comes as bytes: they are kept in a temporary file. */
  maxSpooledBytes: 4 * 2 ** 30,
  /** Resident memory of a decoder process; beyond it the call fails. */
  maxResidentBytes: 4 * 2 ** 30,
  /** Wall time for opening a video, or for bringing one clip. */
  maxCallMs: 120_000,
  /** A decoder that reports no packet read or frame decoded for this long is killed. */
  noProgressMs: 20_000,
  /** A decoder that does not stop this long after being asked to is killed. */
  stopMs: 2_000,
  /**
   * Decoder processes of one thread that live at once, each about 100 MB: one a core, and on 3 to 7 cores more, up to 8,
   * to keep them at work while some wait for a disk. At least 2. A worker thread counts its own.
   */
  maxDecoders: Math.max(2, cores, Math.min(8, 2 * cores - 2)),
  /** How long a reader in the middle of an iteration may ask for nothing before its decoder goes to one who waits. */
  patienceMs: 1_000,
  /** How long a decoder process without work is kept for the next video. */
  idleMs: 5_000,
};
