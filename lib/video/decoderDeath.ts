import { KinetorchError } from '../base/errors';

/** `ERR_VIDEO_DECODE` because the decoder process ended: the file may be good, and a new process may decode it. */
export class DecoderDeath extends KinetorchError {
  constructor(message: string) {
    super('ERR_VIDEO_DECODE', message);
  }
}

/** Whether no decoder came to see the video. */
export function saysNothingOfVideo(error: unknown): boolean {
  return error instanceof KinetorchError && error.code === 'ERR_VIDEO_DECODER';
}
