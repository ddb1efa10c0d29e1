import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { KinetorchError } from '../../base/errors';
import { withLock } from '../../base/fileLock';
import { isProcessAlive } from '../../base/processIdentity';
import { pinnedVersion } from '../../base/version';
import { installFolder } from '../find/cache';
import { inspectLibTorch } from '../find/inspect';
import { type InstallMarker, markerFile, verifyInstall } from '../find/marker';
import { downloadWheel } from './pip';
import { consoleReporter, type InstallReporter } from './reporter';
import { isLibrary, isNeeded } from './selection';
import { type Unpacked, unpackWheel } from './wheel';

export interface InstallOptions {
  /** Default: package.json's pin. */
  version?: string;
  reporter?: InstallReporter;
  env?: NodeJS.ProcessEnv;
}

/**
 * Fetches LibTorch's CPU build into the cache folder that all checkouts share, unless it is there already, and
 * returns the folder with `lib/` and `include/`. Two that do it at once do it once. Throws `ERR_LIBTORCH_NOT_FOUND`
 * where pip cannot deliver it or the wheel is damaged; then the cache is as it was.
 */
export async function installLibTorch(options: InstallOptions = {}): Promise<string> {
  const { version = pinnedVersion(), reporter = consoleReporter(), env = process.env } = options;
  const folder = installFolder(version, env);
  const complete = () => 'marker' in verifyInstall(folder, { headers: true });
  if (!complete()) {
    const waits = (pid: number) => reporter.message(`  waiting for process ${pid}, which is fetching LibTorch already`);
    await withLock(`${folder}.lock`, waits, async () => {
      if (complete()) return;
      await removeLeftovers(folder);
      const download = temporaryFolder(folder);
      await mkdir(download, { recursive: true });
      try {
        await installWheel(await downloadWheel(version, download, reporter, env), folder, reporter);
      } finally {
        await rm(download, { recursive: true, force: true });
      }
    });
  }
  return join(folder, 'torch');
}

/** A wheel, and which of its files are unpacked. */
export interface WheelPart {
  path: string;
  wanted: (path: string) => boolean;
}

/** {@link installWheels} of what Kinetorch needs of one torch wheel, headers included. */
export async function installWheel(wheel: string, folder: string, reporter: InstallReporter): Promise<void> {
  await installWheels([{ path: wheel, wanted: isNeeded }], folder, reporter, { headers: true });
}

/**
 * Unpacks a torch wheel, and others that belong beside it, to `folder`: into a sibling first, every file checked against
 * its wheel's RECORD, then one rename. A `folder` that was damaged is replaced; one that another installer finished
 * meanwhile is kept.
 */
export async function installWheels(
  parts: [torch: WheelPart, ...others: WheelPart[]],
  folder: string,
  reporter: InstallReporter,
  check: { headers: boolean },
): Promise<void> {
  const temporary = temporaryFolder(folder);
  await mkdir(temporary, { recursive: true });
  try {
    const unpacked: Unpacked[] = [];
    for (const { path, wanted } of parts) {
      const { progress, finish } = reporter;
      unpacked.push(await unpackWheel(path, temporary, wanted, progress).finally(finish));
    }
    const [torch, { record }] = [parts[0].path, unpacked[0] as Unpacked];
    const inspection = inspectLibTorch(join(temporary, 'torch'));
    if ('problem' in inspection) {
      throw new KinetorchError('ERR_LIBTORCH_NOT_FOUND', `${torch} holds no LibTorch: ${inspection.problem}`);
    }
    const files = unpacked.flatMap((part) => [...part.files]);
    const libraries = files.filter(([path]) => isLibrary(path));
    for (const [path] of libraries) chmodSync(join(temporary, path), 0o755);
    await writeMarker(temporary, {
      formatVersion: 1,
      version: inspection.version,
      wheel: basename(torch),
      record,
      files: files.length,
      bytes: unpacked.reduce((sum, { bytes }) => sum + bytes, 0),
      libraries: libraries.map(([path, entry]) => ({ path, ...entry })),
    });
    await moveIntoPlace(temporary, folder, check);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The marker reaches the disk before the rename does, as the libraries did when they were unpacked. */
async function writeMarker(folder: string, marker: InstallMarker): Promise<void> {
  const file = await open(join(folder, markerFile), 'wx');
  try {
    await file.writeFile(`${JSON.stringify(marker, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function moveIntoPlace(temporary: string, folder: string, check: { headers: boolean }): Promise<void> {
  if ('marker' in verifyInstall(folder, check)) return;
  const damaged = temporaryFolder(folder);
  await rename(folder, damaged).catch(ignoreMissing);
  try {
    await rename(temporary, folder);
  } catch (error) {
    // Another installer was quicker: what it made is as good.
    if (!('marker' in verifyInstall(folder))) throw error;
  } finally {
    await rm(damaged, { recursive: true, force: true });
  }
}

/** `.libtorch-2.13.0-cpu.tmp-<host>-<pid>-<random>` beside `folder`, on the same file system. */
function temporaryFolder(folder: string): string {
  const unique = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  return join(dirname(folder), `.${basename(folder)}.tmp-${unique}`);
}

/** Removes what interrupted installers left behind: those of this host whose process is gone, and any a day old. */
export async function removeLeftovers(folder: string): Promise<void> {
  const prefix = `.${basename(folder)}.tmp-`;
  const ours = `${prefix}${hostname()}-`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(prefix)) continue;
    const path = join(dirname(folder), name);
    const gone = name.startsWith(ours) && !isProcessAlive(Number.parseInt(name.slice(ours.length), 10));
    if (gone || Date.now() - (await stat(path)).mtimeMs > dayMs) await rm(path, { recursive: true, force: true });
  }
}

const dayMs = 24 * 60 * 60 * 1000;

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
