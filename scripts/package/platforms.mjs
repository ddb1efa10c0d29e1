// The packages that bring the addon and LibTorch: one a platform. lib/libtorch/find/platformPackage.ts lists the same names.
// Only linux-x64 has been made and run; docs/install.md says so.

/**
 * By `${process.platform}-${process.arch}`: the fields by which npm, pnpm and yarn choose, the package that brings FFmpeg
 * (carryNodeAv.mjs), whether Kinetorch's CUDA library is made for it, and how to strip there.
 */
export const platforms = {
  'linux-x64': {
    os: ['linux'],
    cpu: ['x64'],
    libc: ['glibc'],
    ffmpeg: '@seydx/node-av-linux-x64',
    cuda: true,
    strip: ['strip', '--strip-unneeded'],
  },
  'linux-arm64': {
    os: ['linux'],
    cpu: ['arm64'],
    libc: ['glibc'],
    ffmpeg: '@seydx/node-av-linux-arm64',
    strip: ['strip', '--strip-unneeded'],
  },
  // Not tried: a library that was stripped may have to be signed again (codesign --force --sign -) to be loaded.
  'darwin-arm64': { os: ['darwin'], cpu: ['arm64'], ffmpeg: '@seydx/node-av-darwin-arm64', strip: ['strip', '-x'] },
  // Microsoft's linker puts symbols into files of their own (.pdb), which are not packed.
  'win32-x64': { os: ['win32'], cpu: ['x64'], ffmpeg: '@seydx/node-av-win32-x64-msvc', strip: null },
};

export const platform = `${process.platform}-${process.arch}`;

export const packageName = (name = platform) => `@kinetorch/${name}`;

/** Megabytes (10^6 bytes) of a packed tarball, above which `npm run pack:all` fails. */
export const packedLimits = { main: 10, platform: 130 };
