import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DecoderClient } from './decoderClient';
import { handFile } from './handFile';
import { accessError } from './videoSource';

/** A folder whose files a decoder may ask for, and no others. */
export class PictureFolder {
  private constructor(
    private readonly path: string,
    /** All that are in it, in no order. */
    readonly files: readonly string[],
  ) {}

  /** @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS` */
  static async read(path: string): Promise<PictureFolder> {
    try {
      return new PictureFolder(resolve(path), await readdir(path));
    } catch (error) {
      throw accessError(error, path, 'a folder of pictures');
    }
  }

  /** Answers a decoder that wants a picture. Throws where it is none of the folder's. */
  give(client: DecoderClient, picture: string): void {
    if (!this.files.includes(picture)) throw new Error('a picture that its folder does not hold');
    handFile(client, join(this.path, picture), 'a picture').then(
      () => client.send({ type: 'given', problem: null }),
      (error: Error) => client.send({ type: 'given', problem: error.message }),
    );
  }
}
