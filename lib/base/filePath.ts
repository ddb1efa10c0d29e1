import { fileURLToPath } from 'node:url';
import { invalidArgument, KinetorchError } from './errors';

/** A path as a text, or as a `file:` URL. */
export type FilePath = string | URL;

/**
 * The path that an argument is, as a text. Throws `ERR_INVALID_ARGUMENT` for what is none: an empty text, one with a NUL
 * character, at which the system would cut it off, and other URLs.
 *
 * @param what what the path is of, for example `the path of a video file`
 */
export function filePath(value: unknown, name: string, what: string): string {
  const path = isUrl(value) ? fromUrl(value.href, name, what) : value;
  if (typeof path !== 'string' || path === '') throw invalidArgument(name, what, value);
  if (path.includes('\0')) throw invalidArgument(name, `${what}, without NUL characters,`, path);
  const scheme = /^([a-z][a-z\d+.-]+):\/\/|^(data|blob):/i.exec(path);
  if (scheme === null) return path;
  return filePath(fromUrl(path, name, what), name, what);
}

/** Not instanceof: a URL may come from another realm (vm, jest). */
export function isUrl(value: unknown): value is URL {
  const url = value as URL | null;
  return typeof url === 'object' && typeof url?.href === 'string' && typeof url.protocol === 'string';
}

function fromUrl(href: string, name: string, what: string): string {
  const [scheme = ''] = href.split(':', 1);
  if (scheme.toLowerCase() !== 'file') {
    // Without the rest, which may hold a password.
    throw new KinetorchError(
      'ERR_INVALID_ARGUMENT',
      `expected \`${name}\` to be ${what} but received a URL (${scheme}:), which is not a file: only files are opened`,
    );
  }
  try {
    return fileURLToPath(href);
  } catch (error) {
    throw invalidArgument(name, `${what}; as a URL, of this machine: ${(error as Error).message};`, href);
  }
}
