import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { linesOf } from '../../base/decodeText';
import { invalidArgument } from '../../base/errors';
import { unreadable } from '../../base/regularFile';
import type { FilledServerOptions } from '../options';

/** How often the file of keys is looked at. */
const lookMs = 1000;
const leastLength = 16;

/** The keys that let callers in, by their digests alone; those of a file are read again when it changes. */
export class ApiKeys {
  private readonly fixed: Buffer[];
  private ofFile: Buffer[] = [];
  private readonly file: string | undefined;
  /** Stops looking at the file. */
  readonly close: () => void = () => {};

  /**
   * @param onChange hears that the file was read again, with the reason where it could not be: the keys before then stay
   * @throws KinetorchError `ERR_FILE_NOT_FOUND`, `ERR_FILE_ACCESS`, `ERR_INVALID_ARGUMENT` for a file without keys, or with
   * one that is too short
   */
  constructor(
    { apiKeys, apiKeysFile }: Pick<FilledServerOptions, 'apiKeys' | 'apiKeysFile'>,
    onChange: (error: unknown) => void = () => {},
  ) {
    this.fixed = (apiKeys ?? []).map(digest);
    this.file = apiKeysFile;
    if (apiKeysFile === undefined) return;
    this.ofFile = readKeys(apiKeysFile);
    if (this.ofFile.length === 0) throw invalidArgument('apiKeysFile', 'a file of at least one key', apiKeysFile);
    const look = () => {
      try {
        this.ofFile = readKeys(apiKeysFile);
        onChange(null);
      } catch (error) {
        onChange(error);
      }
    };
    watchFile(apiKeysFile, { interval: lookMs, persistent: false }, look);
    // This one alone: others may look at the same file.
    this.close = () => unwatchFile(apiKeysFile, look);
  }

  /** Whether a key is asked for at all. */
  get areAsked(): boolean {
    return this.fixed.length > 0 || this.file !== undefined;
  }

  /**
   * Who an `Authorization: Bearer …` stands for: the beginning of its key's digest, which tells callers apart and gives no
   * key away. Null where it lets nobody in. Takes as long whichever key is right, or none.
   */
  holderOf(authorization: string | undefined): string | null {
    const [, key] = /^bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    if (key === undefined) return null;
    const given = digest(key);
    let isKnown = false;
    for (const known of [...this.fixed, ...this.ofFile]) isKnown = timingSafeEqual(known, given) || isKnown;
    return isKnown ? `key ${given.toString('hex', 0, 4)}` : null;
  }
}

const digest = (key: string) => createHash('sha256').update(key).digest();

function readKeys(file: string): Buffer[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return linesOf(bytes.toString('utf8')).flatMap(({ line, text: key }) => {
    if (key.startsWith('#')) return [];
    if (key.length >= leastLength && !/\s/.test(key)) return [digest(key)];
    // The key itself stays out of the message, which may go to a log.
    throw invalidArgument(
      'apiKeysFile',
      `a file of keys of ${leastLength} characters or more, without spaces, one a line`,
      `line ${line}, which has ${key.length}`,
    );
  });
}
