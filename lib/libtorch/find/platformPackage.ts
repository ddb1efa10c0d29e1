import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../base/version';

/** Platforms that a package with the addon and LibTorch is made for (scripts/package/platforms.mjs). */
export const packagedPlatforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'];

/** This platform, as the packages name it. */
export const platform = `${process.platform}-${process.arch}`;

/** Name of the package that brings the addon and LibTorch to this platform. */
export const platformPackageName = `@kinetorch/${platform}`;

/** An installed platform package. */
export interface PlatformPackage {
  folder: string;
  version: string;
}

/** The platform package that belongs to this installation; null where there is none. */
export function findPlatformPackage(): PlatformPackage | null {
  try {
    const manifest = require.resolve(`${platformPackageName}/package.json`, { paths: [packageRoot] });
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return { folder: dirname(manifest), version };
  } catch {
    return null;
  }
}

/** Where the addon and the libraries it needs beside LibTorch lie in the package. */
export function prebuiltFolder({ folder }: PlatformPackage): string {
  return join(folder, 'prebuilds', platform);
}

/** Where LibTorch lies in the package: the folder with `lib/`. */
export function packagedLibTorch({ folder }: PlatformPackage): string {
  return join(folder, 'libtorch');
}
