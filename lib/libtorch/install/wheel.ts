import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { KinetorchError } from '../../base/errors';
import { parseRecord, type RecordEntry } from '../find/record';

/** What {@link unpackWheel} did. */
export interface Unpacked {
  /** RECORD's entries of the files unpacked, by path. */
  files: Map<string, RecordEntry>;
  /** Path of RECORD inside the wheel. */
  record: string;
  bytes: number;
}

/** File names inside a wheel. Throws `ERR_LIBTORCH_NOT_FOUND` where the file is no zip archive or a damaged one. */
export async function listWheel(path: string): Promise<string[]> {
  return withWheel(path, async (entries) => [...entries.keys()]);
}

/** A wheel's METADATA. Throws `ERR_LIBTORCH_NOT_FOUND` where there is none to be read. */
export async function readMetadata(path: string): Promise<string> {
  return withWheel(path, async (entries, zip) => {
    const entry = [...entries.values()].find(({ fileName }) => /^[^/]+\.dist-info\/METADATA$/.test(fileName));
    if (entry === undefined) throw new Error('it has no METADATA');
    return readText(zip, entry);
  });
}

/**
 * Unpacks the wanted files of a wheel below `folder`, keeping their paths, and checks each against the size and
 * SHA-256 in the wheel's RECORD. Throws `ERR_LIBTORCH_NOT_FOUND` on any difference, on a file that RECORD promises
 * and the wheel lacks, and on a path that leads out of `folder`; what was written until then stays for the caller
 * to remove.
 *
 * @param onProgress called with bytes written so far and in all
 */
export async function unpackWheel(
  path: string,
  folder: string,
  wanted: (path: string) => boolean,
  onProgress: (done: number, total: number) => void,
): Promise<Unpacked> {
  return withWheel(path, async (entries, zip) => {
    const record = [...entries.keys()].find((name) => /^[^/]+\.dist-info\/RECORD$/.test(name));
    if (record === undefined) throw new Error('it has no RECORD');
    const recordEntry = entries.get(record) as Entry;
    const recordText = await readText(zip, recordEntry);
    const files = new Map([...parseRecord(recordText)].filter(([name]) => wanted(name)));

    for (const name of entries.keys()) {
      if (wanted(name) && name !== record && !files.has(name)) throw new Error(`RECORD does not list ${name}`);
    }
    const total = [...files.values()].reduce((sum, file) => sum + file.size, 0);
    let done = 0;
    const folders = new Set<string>();
    const makeFolder = async (file: string) => {
      const parent = dirname(file);
      if (!folders.has(parent)) await mkdir(parent, { recursive: true });
      folders.add(parent);
    };
    for (const [name, expected] of files) {
      const entry = entries.get(name);
      if (entry === undefined) throw new Error(`it lacks ${name}, which RECORD lists`);
      const target = join(folder, name);
      await makeFolder(target);
      const actual = await unpackEntry(zip, entry, target, (bytes) => onProgress(done + bytes, total));
      if (actual.size !== expected.size || actual.sha256 !== expected.sha256) {
        throw new Error(
          `expected ${name} to have ${expected.size} bytes and SHA-256 ${expected.sha256} (RECORD) ` +
            `but it has ${actual.size} and ${actual.sha256}`,
        );
      }
      done += actual.size;
    }
    const target = join(folder, record);
    await makeFolder(target);
    await unpackEntry(zip, recordEntry, target, () => {});
    return { files, record, bytes: done };
  });
}

/** Opens a wheel and reads its directory. yauzl itself refuses absolute paths, backslashes and `..`. */
async function withWheel<T>(path: string, use: (entries: Map<string, Entry>, zip: ZipFile) => Promise<T>): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { autoClose: false });
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry);
    }
    return await use(entries, zip);
  } catch (error) {
    // No space left and the like are not the wheel's fault: their own message says more.
    const system = (error as NodeJS.ErrnoException).syscall !== undefined;
    const message = (error as Error).message;
    throw new KinetorchError(
      'ERR_LIBTORCH_NOT_FOUND',
      system ? `cannot unpack ${path}: ${message}` : `${path} is not a whole torch wheel: ${message}`,
      { cause: error },
    );
  } finally {
    zip?.close();
  }
}

async function readText(zip: ZipFile, entry: Entry): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Writes one file and measures what was written. */
async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  target: string,
  onBytes: (bytes: number) => void,
): Promise<RecordEntry> {
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      onBytes(size);
      done(null, chunk);
    },
  });
  const file = createWriteStream(target, { flags: 'wx', flush: entry.uncompressedSize >= flushedSize });
  await pipeline(await zip.openReadStreamPromise(entry), measure, file);
  return { sha256: hash.digest('hex'), size };
}

/**
 * Files from this size on are forced to the disk before they count as written. The nine thousand headers are not,
 * which would take minutes on a slow disk: should a power cut lose one, its size tells (verifyInstall with headers).
 */
const flushedSize = 1 << 20;
