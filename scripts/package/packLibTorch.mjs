import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inProject } from '../setup/project.mjs';
import { StepError } from '../setup/stepError.mjs';
import { platform, platforms } from './platforms.mjs';

const require = createRequire(import.meta.url);

/** In a wheel this only brings the others together (8 KB); nothing of ours asks for it. */
const unneeded = /^(lib)?torch\.(so|dylib|dll)$/;

/** Copies what the addon needs of LibTorch to `libtorch/` of a package, stripped, with its licences. */
export function packLibTorch(libtorch, folder) {
  const { isNeededLibrary } = require(inProject('dist', 'libtorch', 'install', 'selection.js'));
  const target = join(folder, 'libtorch');
  mkdirSync(join(target, 'lib'), { recursive: true });
  const libraries = readdirSync(join(libtorch.path, 'lib')).filter(
    (name) => isNeededLibrary(`torch/lib/${name}`) && !unneeded.test(name) && !name.endsWith('.lib'),
  );
  for (const name of libraries) {
    const copy = join(target, 'lib', name);
    copyFileSync(join(libtorch.path, 'lib', name), copy);
    chmodSync(copy, 0o755);
    strip(copy);
  }
  writeFileSync(join(target, 'build-version'), `${libtorch.version}\n`);
  copyLicences(dirname(libtorch.path), join(folder, 'licenses'));
  return libraries;
}

/** A library with the symbols that only debuggers read is a quarter larger. */
export function strip(file) {
  const { strip: command } = platforms[platform];
  if (command === null) return;
  const { status, stderr } = spawnSync(command[0], [...command.slice(1), file], { encoding: 'utf8' });
  if (status !== 0) throw new StepError(`✘ ${command.join(' ')} ${file} failed: ${stderr}`);
}

/** PyTorch's wheel lists its parts' licences, but not those of MKL and libgomp, which it holds as well. */
function copyLicences(installation, target) {
  const info = readdirSync(installation).find((name) => /^torch-.*\.dist-info$/.test(name));
  const licences = info === undefined ? null : join(installation, info, 'licenses');
  if (licences === null || !existsSync(licences)) {
    throw new StepError(
      `✘ ${installation} has no licences of LibTorch: pack from the wheel that npm run build fetches`,
    );
  }
  cpSync(licences, join(target, 'libtorch'), { recursive: true });
  cpSync(inProject('scripts', 'package', 'licenses'), target, { recursive: true });
}
