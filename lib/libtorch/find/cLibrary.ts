import { familySync, MUSL, versionSync } from 'detect-libc';
import { isAtLeast } from './version';

/**
 * Oldest glibc that the addon, LibTorch's wheels (manylinux_2_28) and Node's own binaries run on. The packaging
 * scripts read this line, and fail where an addon asks for more (Note [Old glibc] in native/old_glibc.cpp).
 */
export const glibcRequired = '2.28';

/** What this Linux has: `glibc 2.36`, `musl`; null on other systems and where it cannot be told. */
export function cLibrary(): string | null {
  const family = familySync();
  return family === null ? null : [family, versionSync()].filter(Boolean).join(' ');
}

/** Why nothing prebuilt can run on this C library; null where it can. */
export function cLibraryProblem(family = familySync(), version = versionSync()): string | null {
  if (family === MUSL) return `found a Linux with musl, needed one with glibc ${glibcRequired} or newer`;
  if (family === null || version === null || isAtLeast(version, glibcRequired)) return null;
  return `found glibc ${version}, needed ${glibcRequired} or newer`;
}

/** What to do about {@link cLibraryProblem}. */
export const cLibraryRemedy = [
  'run in an image or on a system with a newer glibc: Debian 10, Ubuntu 20.04, RHEL 8 and later have it. In a Dockerfile:',
  `FROM node:${process.versions.node.split('.')[0]}-bookworm-slim`,
];
