import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder that holds package.json, binding.d.ts and build/; the same seen from lib/ and from dist/. */
export const packageRoot = join(__dirname, '..', '..');

/** Version of this package. */
export function version(): string {
  return manifest().version;
}

/** The LibTorch this release of Kinetorch is made for: `libtorch` of package.json, for example `2.13.0`. */
export function pinnedVersion(): string {
  return manifest().libtorch;
}

let read: { version: string; libtorch: string } | undefined;

function manifest() {
  read ??= JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as NonNullable<typeof read>;
  return read;
}
