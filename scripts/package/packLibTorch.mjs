import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inProject } from '../setup/project.mjs';
import { StepError } from '../setup/stepError.mjs';

const require = createRequire(import.meta.url);

/** In a wheel this only brings the others together (8 KB); nothing of ours asks for it. */
const unneeded = /^(lib)?torch\.(so|dylib|dll)$/;

/**
 * Copies what the addon needs of LibTorch to `libtorch/` of a package, with its licences. The libraries stay as PyTorch's
 * wheel has them, byte for byte, which its RECORD proves: on x64 MKL is linked into one, and MKL's licence allows to pass it
 * on without modification alone. Stripping symbols would make it a fifth smaller, and another file.
 */
export function packLibTorch(libtorch, folder) {
  const { isNeededLibrary } = require(inProject('dist', 'libtorch', 'install', 'selection.js'));
  const target = join(folder, 'libtorch');
  mkdirSync(join(target, 'lib'), { recursive: true });
  const libraries = readdirSync(join(libtorch.path, 'lib')).filter(
    (name) => isNeededLibrary(`torch/lib/${name}`) && !unneeded.test(name) && !name.endsWith('.lib'),
  );
  const info = wheelInfo(dirname(libtorch.path));
  const { parseRecord } = require(inProject('dist', 'libtorch', 'find', 'record.js'));
  const record = parseRecord(readFileSync(join(info, 'RECORD'), 'utf8'));
  for (const name of libraries) {
    const copy = join(target, 'lib', name);
    copyFileSync(join(libtorch.path, 'lib', name), copy);
    chmodSync(copy, 0o755);
    if (createHash('sha256').update(readFileSync(copy)).digest('hex') !== record.get(`torch/lib/${name}`)?.sha256) {
      throw new StepError(`✘ ${copy} is not the file that PyTorch's wheel lists in its RECORD`);
    }
  }
  writeFileSync(join(target, 'build-version'), `${libtorch.version}\n`);
  // PyTorch's wheel lists its parts' licences, but not those of MKL and libgomp, which it holds as well.
  cpSync(join(info, 'licenses'), join(folder, 'licenses', 'libtorch'), { recursive: true });
  cpSync(inProject('scripts', 'package', 'licenses'), join(folder, 'licenses'), { recursive: true });
  return libraries;
}

/** What a wheel says about itself, as `npm run build` keeps it. */
function wheelInfo(installation) {
  const info = readdirSync(installation).find((name) => /^torch-.*\.dist-info$/.test(name));
  if (info !== undefined && existsSync(join(installation, info, 'licenses'))) return join(installation, info);
  throw new StepError(`✘ ${installation} has no licences of LibTorch: pack from the wheel that npm run build fetches`);
}
