import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredLibraries } from './libraries';

/** What a folder holds: a LibTorch with its version, or the reason why it is none. */
export type Inspection = { version: string } | { problem: string };

const versionSources: { file: string; parse: (text: string) => string | undefined }[] = [
  { file: 'version.py', parse: (text) => /^__version__\s*=\s*['"]([^'"]+)['"]/m.exec(text)?.[1] },
  { file: 'build-version', parse: (text) => text.trim() || undefined },
  { file: 'include/torch/headeronly/version.h', parse: versionOfHeader },
  { file: 'include/torch/csrc/api/include/torch/version.h', parse: versionOfHeader },
];

/**
 * Looks whether `path` is a LibTorch: a folder with `lib/`, be it the unpacked LibTorch archive or Python's `torch`
 * package. Reads files only; nothing is run or loaded.
 */
export function inspectLibTorch(path: string): Inspection {
  if (!existsSync(path)) return { problem: 'no such folder' };
  for (const library of requiredLibraries(path)) {
    if (!existsSync(library)) return { problem: `${library} is missing` };
  }
  const version = readVersion(path);
  if (version === undefined)
    return { problem: `none of ${versionSources.map((s) => s.file).join(', ')} says a version` };
  return { version };
}

/** Whether the folder also has what a compiler needs. */
export function hasHeaders(path: string): boolean {
  return existsSync(join(path, 'include', 'torch', 'csrc', 'jit', 'api', 'module.h'));
}

function readVersion(path: string): string | undefined {
  for (const { file, parse } of versionSources) {
    const full = join(path, file);
    const version = existsSync(full) ? parse(readFileSync(full, 'utf8')) : undefined;
    if (version !== undefined) return version;
  }
  return undefined;
}

function versionOfHeader(text: string): string | undefined {
  const numbers = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`^#define TORCH_VERSION_${part} (\\d+)`, 'm').exec(text)?.[1],
  );
  return numbers.includes(undefined) ? undefined : numbers.join('.');
}
