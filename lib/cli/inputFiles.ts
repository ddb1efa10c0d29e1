import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { KinetorchError } from '../base/errors';

/** A file to work on, or an argument that names none. */
export type InputFile = { path: string } | { path: string; error: KinetorchError };

/**
 * The files that arguments name, in order and each once. An argument that is an existing path is that path, whatever
 * characters it has; any other with glob characters stands for the files that match it, in alphabetical order.
 */
export async function inputFiles(args: readonly string[]): Promise<InputFile[]> {
  const files = new Map<string, InputFile>();
  for (const arg of args) {
    for (const file of existsSync(arg) ? [{ path: arg }] : await named(arg)) {
      const key = resolve(file.path);
      if (!files.has(key)) files.set(key, file);
    }
  }
  return [...files.values()];
}

async function named(arg: string): Promise<InputFile[]> {
  if (arg === '-') {
    const message = 'expected a video file but received "-": standard input is not read; write it to a file first';
    return [{ path: arg, error: new KinetorchError('ERR_INVALID_ARGUMENT', message) }];
  }
  // Whoever opens it says that it is no file: a `?` in it is no glob.
  return /^[a-z][a-z\d+.-]+:/i.test(arg) ? [{ path: arg }] : matches(arg);
}

async function matches(arg: string): Promise<InputFile[]> {
  const { glob, isDynamicPattern } = await import('tinyglobby');
  const pattern = process.platform === 'win32' ? arg.replaceAll('\\', '/') : arg;
  // Not a pattern: kept, and whoever opens it says what is wrong with it.
  if (!isDynamicPattern(pattern)) return [{ path: arg }];
  const paths = await glob(pattern, { absolute: pattern.startsWith('/'), expandDirectories: false });
  if (paths.length > 0) return paths.sort().map((path) => ({ path }));
  return [{ path: arg, error: new KinetorchError('ERR_FILE_NOT_FOUND', `no file matches "${arg}"`) }];
}
