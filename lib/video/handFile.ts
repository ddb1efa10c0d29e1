import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { KinetorchError } from '../base/errors';
import { systemReason } from '../base/systemReason';
import type { DecoderClient } from './decoderClient';
import { accessError } from './videoSource';

/**
 * Opens a file and hands it to a decoder, if that is how it gets them.
 *
 * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_VIDEO_DECODER` (no file descriptors left)
 */
export async function handFile(client: DecoderClient, path: string, what: string): Promise<void> {
  if (!client.isHandedFiles) return;
  try {
    // A pipe that took the file's place must not be waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    client.hand(file.fd);
    // Not waited for: the process has one of its own.
    file.close().catch(() => {});
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EMFILE' && code !== 'ENFILE') throw accessError(error, path, what);
    const reason = systemReason(error);
    throw new KinetorchError('ERR_VIDEO_DECODER', `"${path}" could not be handed to a decoder: ${reason}`, {
      cause: error,
    });
  }
}
